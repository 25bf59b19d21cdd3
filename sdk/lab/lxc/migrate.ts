import { migrateContainer } from "../domains/lxc-migrate.ts";
import { die, LabError, paramError } from "../errors.ts";
import { isHaManaged } from "../ha/state.ts";
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
  if (params.has("target-storage") && params.text("target-storage") !== "1")
    throw new LabError(501, "the lab does not simulate the change of storages while a container migrates");
  if (isHaManaged(lab.state, guest)) return migrateByHa(request, guest, target);
  const plan = {
    target,
    restart: params.flag("restart"),
    timeout: params.integer("timeout") ?? USUAL_TIMEOUT,
  };
  return request.task("vzmigrate", vmidOf(request), (task) => move(lab, guest, plan, task));
}

function migrateByHa(request: LabRequest, guest: LabGuest, target: string): string {
  const { lab, node } = request;
  return request.task("hamigrate", guest.vmid, (task) => {
    task.log(`Requesting HA migration for CT ${guest.vmid} to node ${target}`);
    const start = { node: node.name, type: "vzmigrate", id: String(guest.vmid), user: "root@pam" };
    lab.tasks.start(start, async (later) => {
      await later.takes(3000);
      await move(lab, guest, { target, restart: true, timeout: USUAL_TIMEOUT }, later);
    });
  });
}

/** Where a container goes, and how long it may take to shut down (seconds) where it is restarted there. */
interface Plan {
  readonly target: string;
  readonly restart: boolean;
  readonly timeout: number;
}

const USUAL_TIMEOUT = 180;

/** Moves a container to another node: stops it, and starts it there where it ran. */
export async function move(
  lab: LabCore,
  guest: LabGuest,
  { target, restart, timeout }: Plan,
  task: TaskHandle,
): Promise<void> {
  const { vmid } = guest;
  const runs = guest.runtime !== undefined;
  await lab.locks.with(lockFile(vmid), async () => {
    const present = loadContainer(lab, guest.node, vmid);
    checkLock(present);
    if (runs && !restart) throw aborted(task, "lxc live migration is currently not implemented");
    checkVolumes(lab, present, target, task);
    if (runs) {
      task.log(`shutdown CT ${vmid}`);
      await stopContainer(present, task, { kill: false, timeout, force: true });
    }
    await migrateContainer(lab, task, present, target);
  });
  if (!runs) return;
  task.log("start container on target node");
  await startContainer(lab, target, vmid, task);
}

function aborted(task: TaskHandle, reason: string): LabError {
  task.log(`ERROR: migration aborted (duration 00:00:00): ${reason}`);
  return die("migration aborted");
}

/** What is mounted from the node itself stays there; storages have to exist on the other side. */
function checkVolumes(lab: LabCore, guest: LabGuest, target: string, task: TaskHandle): void {
  for (const [name, point] of mountPointsOf(guest.config)) {
    const kind = kindOf(point);
    if (kind !== "volume" && point.options.get("shared") !== "1")
      throw aborted(task, `cannot migrate local ${kind} mount point '${name}'`);
  }
  for (const [, { volume }] of volumesOf(guest.config))
    enabledStorage(lab.state, storageIdOf(volume), target);
}
