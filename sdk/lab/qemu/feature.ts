import { snapshotOf } from "../guests/snapshots.ts";
import type { LabRequest } from "../types.ts";
import { isShared } from "../volumes.ts";
import { isCdrom, splitVolid } from "./drive.ts";
import { drivesOf, isRunning, loadVm } from "./guest.ts";
import { vmidOf } from "./power.ts";
import { type Feature, hasFeature } from "./storage/features.ts";
import { isDisabled, isOnNode, storageOf } from "./storage/lookup.ts";

/** GET feature: whether all disks can be snapshotted, cloned or copied, and from which nodes. */
export function feature(request: LabRequest): unknown {
  const { lab, node, params } = request;
  const vmid = vmidOf(request);
  isRunning(lab, node.name, vmid);
  const guest = loadVm(lab, node.name, vmid);
  const snapname = params.text("snapname");
  const config = snapname === undefined ? guest.config : snapshotOf(guest, snapname);
  const wanted = featureOf(params.need("feature"));
  const drives = drivesOf(config);
  const able = drives.every(
    ([, drive]) => isCdrom(drive) || hasFeature(lab.state, wanted, drive.file, snapname),
  );
  const storages = drives.flatMap(([, drive]) => splitVolid(drive.file)?.storage ?? []);
  const nodes = [...lab.state.nodes.keys()].filter((name) =>
    storages.every((id) => {
      const storage = storageOf(lab.state, id);
      if (isDisabled(storage)) return false;
      if (storage.config.has("nodes")) return isOnNode(storage, name);
      return isShared(storage) || name === node.name;
    }),
  );
  return { hasFeature: able ? 1 : 0, nodes };
}

function featureOf(name: string): Feature {
  return name === "snapshot" || name === "clone" ? name : "copy";
}
