import { storageContent } from "./content.ts";
import type { Look, Row } from "./look.ts";
import { count, type Found, type Probe, some, together, valuesOf } from "./probe.ts";

/** Guests whose disks are on a storage that is changed or removed. */
export const storageUsers: Probe = {
  kind: "storage_users",
  what: "guests with volumes on the storage",
  look(plan, look) {
    const storages = valuesOf(
      plan,
      "storage",
      ({ method, path }) => path === "/storage/{storage}" && method !== "POST",
    );
    return storages.length === 0 ? undefined : together(storages.map((storage) => users(storage, look)));
  },
};

async function users(storage: string, look: Look): Promise<Found> {
  const [{ rows, unseen }, hidden, seen] = await Promise.all([
    storageContent(storage, look),
    look.hidden(
      [
        ["Datastore.Allocate", `/storage/${storage}`],
        ["VM.Config.Disk", "/vms"],
      ],
      `volumes on storage ${storage}`,
    ),
    look.inventory(),
  ]);
  const names = new Map(
    seen.kind === "seen" ? seen.value.guests.map((guest) => [guest.vmid, guest.name] as const) : [],
  );
  const owners = [...new Set(rows.filter(isDisk).map(({ vmid }) => Number(vmid)))].sort((a, b) => a - b);
  const others = rows.filter((row) => !isDisk(row));
  const guests = some(
    `${count(owners.length, "guest has", "guests have")} disks on storage ${storage}`,
    owners.map((vmid) => `${vmid}${names.has(vmid) ? ` (${names.get(vmid)})` : ""}`),
    [hidden, ...unseen],
  );
  const files = some(
    `storage ${storage} holds ${count(others.length, "other volume")} (backups, images, templates)`,
    others.map(({ volid }) => String(volid)),
  );
  return { affected: [...guests.affected, ...files.affected], unseen: guests.unseen };
}

function isDisk({ content, vmid }: Row): boolean {
  return vmid !== undefined && (content === "images" || content === "rootdir");
}
