import { die } from "../errors.ts";
import { snapshotLines, snapshotOf } from "../guests/snapshots.ts";
import type { LabRequest } from "../types.ts";
import { answered, checkLock, containerOf, lockFile, vmidOf, written } from "./container.ts";
import { createSnapshot, deleteSnapshot, type Place, rollback } from "./snapshot-core.ts";

/** GET the snapshots, and the present state as `current`. */
export function listSnapshots(request: LabRequest): unknown {
  return snapshotLines(containerOf(request));
}

function placeOf(request: LabRequest): Place {
  return { node: request.node.name, vmid: vmidOf(request) };
}

/** POST a new snapshot: whether there is such a container shows in the task. */
export function takeSnapshot(request: LabRequest): unknown {
  const { lab, params } = request;
  const name = params.need("snapname");
  if (["current", "vzdump"].includes(name))
    throw die(`unable to use snapshot name '${name}' (reserved name)`);
  return request.task("vzsnapshot", vmidOf(request), (task) =>
    createSnapshot(lab, placeOf(request), name, params.text("description"), task),
  );
}

/** GET what can be asked about a snapshot, whether it exists or not. */
export function snapshotIndex(): unknown {
  return [{ cmd: "rollback" }, { cmd: "config" }];
}

/** GET the configuration in a snapshot. */
export function snapshotConfig(request: LabRequest): unknown {
  return answered(snapshotOf(containerOf(request), request.params.need("snapname")));
}

/** PUT another description. */
export async function describeSnapshot(request: LabRequest): Promise<unknown> {
  const { lab, params } = request;
  const description = params.text("description");
  if (description === undefined) return null;
  await lab.locks.with(lockFile(vmidOf(request)), () => {
    const guest = containerOf(request);
    checkLock(guest);
    snapshotOf(guest, params.need("snapname")).set("description", description);
    written(guest);
  });
  return null;
}

/** POST a rollback, and a start afterwards where asked for. */
export function rollbackSnapshot(request: LabRequest): unknown {
  const { lab, params, caller } = request;
  const place = placeOf(request);
  const start = params.flag("start");
  if (start) request.check(`/vms/${place.vmid}`, ["VM.PowerMgmt"]);
  return request.task("vzrollback", place.vmid, async (task) => {
    await rollback(lab, place, params.need("snapname"), task);
    if (start) await lab.invoke("POST /nodes/{node}/lxc/{vmid}/status/start", { ...place }, caller);
  });
}

/** DELETE a snapshot. */
export function removeSnapshot(request: LabRequest): unknown {
  const { lab, params } = request;
  return request.task("vzdelsnapshot", vmidOf(request), (task) =>
    deleteSnapshot(lab, placeOf(request), params.need("snapname"), task),
  );
}
