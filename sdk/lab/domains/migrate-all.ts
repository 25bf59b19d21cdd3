import { die } from "../errors.ts";
import type { TaskHandle } from "../tasks/types.ts";
import type { LabGuest, LabRequest } from "../types.ts";
import { follow, guestsNamed, inParallel, label, messageOf } from "./bulk-parts.ts";
import { migrateContainer } from "./lxc-migrate.ts";

/** Moves every guest of a node, one child each. */
export async function migrateAll(request: LabRequest, task: TaskHandle, target: string): Promise<void> {
  // As text: 1000 comes before 999.
  const list = [...guestsNamed(request)].sort((a, b) => (String(a.vmid) < String(b.vmid) ? -1 : 1));
  if (list.length === 0) {
    task.log("no virtual guests matched, nothing to do..");
    return;
  }
  let started = 0;
  await inParallel(list, async (guest) => {
    const obstacle =
      guest.kind === "qemu" ? await obstacleOf(request, guest, target).catch(messageOf) : undefined;
    if (guest.kind === "qemu") {
      task.log(
        `Check VM ${guest.vmid}: ${obstacle === undefined ? "precondition check passed" : "precondition check failed:"}`,
      );
    }
    if (obstacle !== undefined) {
      task.log(obstacle);
      return;
    }
    task.log(`Migrating ${label(guest)}`);
    started += 1;
    await follow(task, "Migrating", guest, migration(request, task, guest, target));
  });
  if (started === 0) throw die("no migrations worker started...");
  task.log(`All jobs finished, used ${started} workers in total.`);
}

/** What keeps a VM here, as the log says it. */
async function obstacleOf(request: LabRequest, guest: LabGuest, target: string): Promise<string | undefined> {
  const given = { node: request.node.name, vmid: guest.vmid, target };
  const found = await request.lab.invoke("GET /nodes/{node}/qemu/{vmid}/migrate", given, request.caller);
  // The handler's own answer.
  const { local_disks: disks, local_resources: resources } = found as {
    readonly local_disks: readonly { readonly volid: string }[];
    readonly local_resources: readonly string[];
  };
  const isHeld = guest.runtime !== undefined && !request.params.flag("with-local-disks");
  if (isHeld && disks.length > 0) return `  Has local disks: ${disks.map(({ volid }) => volid).join(", ")}`;
  return resources.length > 0 ? `  Has local resources: ${resources.join(", ")}` : undefined;
}

async function migration(
  request: LabRequest,
  task: TaskHandle,
  guest: LabGuest,
  target: string,
): Promise<string> {
  if (guest.kind === "lxc") {
    return task.child("vzmigrate", guest.vmid, (each) => migrateContainer(request.lab, each, guest, target));
  }
  const online = guest.runtime === undefined ? {} : { online: "1" };
  const disks = request.params.flag("with-local-disks") ? { "with-local-disks": "1" } : {};
  const given = { node: request.node.name, vmid: String(guest.vmid), target, ...online, ...disks };
  return String(await request.lab.invoke("POST /nodes/{node}/qemu/{vmid}/migrate", given, request.caller));
}
