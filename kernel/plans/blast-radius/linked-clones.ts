import { isPlainObject } from "../../call/json-schema.ts";
import type { Plan, PlanGuest } from "../../call/types.ts";
import { storageContent } from "./content.ts";
import type { Look, Row } from "./look.ts";
import { count, type Found, NOTHING, type Probe, some, together, writes } from "./probe.ts";

const GUEST = /^\/nodes\/\{node\}\/(?:qemu|lxc)\/\{vmid\}$/;
const DISK = /^(?:ide|sata|scsi|virtio|efidisk|tpmstate|mp)\d+$|^rootfs$/;

/** Linked clones whose disks rest on those of a template that is removed. */
export const linkedClones: Probe = {
  kind: "linked_clones",
  what: "linked clones of the template",
  look(plan, look) {
    const removed = removedGuests(plan);
    return removed.length === 0 ? undefined : together(removed.map((guest) => clonesOf(guest, look)));
  },
};

/** Guests that the plan destroys. */
export function removedGuests(plan: Plan): readonly PlanGuest[] {
  const vmids = writes(plan)
    .filter(({ method, path }) => method === "DELETE" && GUEST.test(path))
    .map(({ params }) => Number(params.get("vmid")));
  return plan.guests.filter(({ vmid }) => vmids.includes(vmid));
}

async function clonesOf({ kind, vmid, node }: PlanGuest, look: Look): Promise<Found> {
  const what = `linked clones of ${vmid}`;
  const seen = await look.inventory();
  if (seen.kind !== "seen") return { affected: [], unseen: [what] };
  if (seen.value.guests.find((guest) => guest.vmid === vmid)?.template !== true) return NOTHING;
  const config = await look.value(`/nodes/{node}/${kind}/{vmid}/config`, { node, vmid });
  if (config.kind !== "seen") {
    return { affected: [], unseen: [config.kind === "unseen" ? `${what} (${config.why})` : what] };
  }
  const storages = [...new Set(disksOf(config.value).map((disk) => disk.slice(0, disk.indexOf(":"))))];
  const contents = await Promise.all(storages.map((storage) => storageContent(storage, look, node)));
  const clones = contents
    .flatMap(({ rows }) => rows)
    .filter((row) => restsOn(row, vmid))
    .map((row) => Number(row.vmid));
  const hidden = await look.hidden(
    [
      ["Datastore.Allocate", "/storage"],
      ["VM.Config.Disk", "/vms"],
    ],
    what,
  );
  return some(
    `${count(new Set(clones).size, "linked clone rests", "linked clones rest")} on the disks of template ${vmid}`,
    [...new Set(clones)].map(String),
    [hidden, ...contents.flatMap(({ unseen }) => unseen.map((why) => `${what}: ${why}`))],
  );
}

function disksOf(config: unknown): readonly string[] {
  if (!isPlainObject(config)) return [];
  return Object.entries(config).flatMap(([key, value]) => {
    const [volume = ""] = DISK.test(key) ? String(value).split(",") : [];
    return volume.includes(":") ? [volume] : [];
  });
}

/** A clone's volume names its base before its own name, or as its parent. */
function restsOn({ volid, parent, vmid }: Row, base: number): boolean {
  if (vmid === undefined || Number(vmid) === base) return false;
  return (
    new RegExp(`(?:^|[:/@])(?:base|basevol)-${base}-[^/]+/`).test(String(volid)) ||
    new RegExp(`(?:^|[:/])(?:base|basevol)-${base}-`).test(String(parent ?? ""))
  );
}
