import { die } from "../errors.ts";
import { snapshotLines, snapshotOf } from "../guests/snapshots.ts";
import type { LabRequest } from "../types.ts";
import { shown } from "./config-read.ts";
import { checkLock, loadVm, lockFile, written } from "./guest.ts";
import { vmidOf } from "./power.ts";
import { createSnapshot, deleteSnapshot, rollback } from "./snapshot-core.ts";
import { refuseUnsavable } from "./vmstate.ts";

/** GET the snapshots, and the present state as `current`. */
export function listSnapshots(request: LabRequest): unknown {
  const guest = loadVm(request.lab, request.node.name, vmidOf(request));
  return snapshotLines(guest, (config) => ({ vmstate: config.has("vmstate") ? 1 : 0 }));
}

/** POST a new snapshot. */
export function takeSnapshot(request: LabRequest): unknown {
  const { lab, node, params } = request;
  const vmid = vmidOf(request);
  const name = params.need("snapname");
  for (const reserved of ["current", "pending"])
    if (name === reserved || (reserved === "pending" && name.toLowerCase() === reserved))
      throw die(`unable to use snapshot name '${reserved}' (reserved name)`);
  const { config } = loadVm(lab, node.name, vmid);
  if (params.flag("vmstate")) refuseUnsavable(config);
  const wanted = { name, vmstate: params.flag("vmstate"), description: params.text("description") };
  return request.task("qmsnapshot", vmid, (task) => createSnapshot(lab, node.name, vmid, wanted, task));
}

/** GET what can be asked about a snapshot, whether it exists or not. */
export function snapshotIndex(): unknown {
  return [{ cmd: "rollback" }, { cmd: "config" }];
}

/** GET the configuration in a snapshot. */
export function snapshotConfig(request: LabRequest): unknown {
  const guest = loadVm(request.lab, request.node.name, vmidOf(request));
  return shown(snapshotOf(guest, request.params.need("snapname")));
}

/** PUT another description. */
export async function describeSnapshot(request: LabRequest): Promise<unknown> {
  const { lab, node, params } = request;
  const vmid = vmidOf(request);
  const description = params.text("description");
  if (description === undefined) return null;
  await lab.locks.with(lockFile(vmid), () => {
    const guest = loadVm(lab, node.name, vmid);
    checkLock(guest);
    snapshotOf(guest, params.need("snapname")).set("description", description);
    written(guest);
  });
  return null;
}

/** POST a rollback. */
export function rollbackSnapshot(request: LabRequest): unknown {
  const { lab, node, params, caller } = request;
  const vmid = vmidOf(request);
  const name = params.need("snapname");
  const start = params.flag("start");
  if (start) request.check(`/vms/${vmid}`, ["VM.PowerMgmt"]);
  return request.task("qmrollback", vmid, async (task) => {
    await rollback(lab, node.name, vmid, name, task);
    if (start && loadVm(lab, node.name, vmid).runtime === undefined)
      await lab.invoke("POST /nodes/{node}/qemu/{vmid}/status/start", { node: node.name, vmid }, caller);
  });
}

/** DELETE a snapshot. */
export function removeSnapshot(request: LabRequest): unknown {
  const { lab, node, params } = request;
  const vmid = vmidOf(request);
  const name = params.need("snapname");
  return request.task("qmdelsnapshot", vmid, (task) => deleteSnapshot(lab, node.name, vmid, name, task));
}
