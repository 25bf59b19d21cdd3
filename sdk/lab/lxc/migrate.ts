import { migrateContainer } from "../domains/lxc-migrate.ts";
import { die, paramError } from "../errors.ts";
import { enabledStorage } from "../qemu/storage/lookup.ts";
import type { TaskHandle } from "../tasks/types.ts";
import type { LabCore, LabGuest, LabRequest } from "../types.ts";
import { checkLock, containerOf, loadContainer, lockFile, vmidOf } from "./container.ts";
import { kindOf, mountPointsOf, storageIdOf, volumesOf } from "./mount-point.ts";
import { startContainer, stopContainer } from "./run.ts";

/** GET migrate: where the container could go. */
export function migratePreconditions(request: LabRequest): unknown {
  const { lab, node } = request;
  const guest = containerOf(request);
  checkLock(guest);
  return {
    running: guest.runtime === undefined ? 0 : 1,
    "allowed-nodes": [...lab.state.nodes.keys()].filter((name) => name !== node.name),
    "not-allowed-nodes": {},
    ...(guest.ha === undefined ? {} : { "dependent-ha-resources": [] }),
  };
}

/** POST migrate. */
export function migrate(request: LabRequest): unknown {
  const { lab, node, params } = request;
  const target = params.need("target");
  if (target === node.name) throw paramError({ target: "target is local node." });
  if (!lab.state.nodes.has(target)) throw die(`no such cluster node '${target}'`);
  const guest = containerOf(request);
  if (guest.runtime !== undefined && !params.flag("online") && !params.flag("restart"))
    throw die("can't migrate running container without --online or --restart");
  // Volumes keep their storages in the lab.
  if (params.has("target-storage") && params.text("target-storage") !== "1")
    throw die("storage migration of containers is not simulated");
  if (guest.ha !== undefined) return migrateByHa(request, guest, target);
  const timeout = params.integer("timeout") ?? 180;
  return request.task("vzmigrate", vmidOf(request), (task) => move(lab, guest, target, timeout, task));
}

function migrateByHa(request: LabRequest, guest: LabGuest, target: string): string {
  const { lab, node } = request;
  return request.task("hamigrate", guest.vmid, (task) => {
    task.log(`Requesting HA migration for CT ${guest.vmid} to node ${target}`);
    const start = { node: node.name, type: "vzmigrate", id: String(guest.vmid), user: "root@pam" };
    lab.tasks.start(start, async (later) => {
      await later.takes(3000);
      await move(lab, guest, target, 180, later);
    });
  });
}

async function move(
  lab: LabCore,
  guest: LabGuest,
  target: string,
  timeout: number,
  task: TaskHandle,
): Promise<void> {
  const { vmid } = guest;
  const runs = guest.runtime !== undefined;
  await lab.locks.with(lockFile(vmid), async () => {
    const present = loadContainer(lab, guest.node, vmid);
    checkLock(present);
    checkVolumes(lab, present, target);
    if (runs) {
      task.log(`shutdown CT ${vmid}`);
      await stopContainer(present, task, { kill: false, timeout, force: true });
    }
    await migrateContainer(lab, task, present, target);
  });
  if (!runs) return;
  task.log(`start container on target node`);
  await startContainer(lab, target, vmid, task);
}

/** What is mounted from the node itself stays there; storages have to exist on the other side. */
function checkVolumes(lab: LabCore, guest: LabGuest, target: string): void {
  for (const [name, point] of mountPointsOf(guest.config)) {
    const kind = kindOf(point);
    if (kind !== "volume" && point.options.get("shared") !== "1")
      throw die(`migration aborted: cannot migrate local ${kind} mount point '${name}'`);
  }
  for (const [, { volume }] of volumesOf(guest.config))
    enabledStorage(lab.state, storageIdOf(volume), target);
}
