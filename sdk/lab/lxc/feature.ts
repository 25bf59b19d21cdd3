import { snapshotOf } from "../guests/snapshots.ts";
import { type Feature, hasFeature } from "../qemu/storage/features.ts";
import { isFileBased, storageOf } from "../qemu/storage/lookup.ts";
import type { LabRequest } from "../types.ts";
import { containerOf } from "./container.ts";
import { kindOf, mountPointsOf, storageIdOf } from "./mount-point.ts";

/** GET feature: whether all volumes can be snapshotted, cloned or copied. */
export function feature(request: LabRequest): unknown {
  const { lab, params } = request;
  const guest = containerOf(request);
  const snapname = params.text("snapname");
  const config = snapname === undefined ? guest.config : snapshotOf(guest, snapname);
  const wanted = featureOf(params.need("feature"));
  const able = mountPointsOf(config).every(([, point]) => {
    if (kindOf(point) !== "volume") return false;
    const files = isFileBased(storageOf(lab.state, storageIdOf(point.volume)));
    // Linked clones on directories are qcow2 images, which containers cannot have.
    if (files && wanted === "clone") return false;
    return hasFeature(lab.state, wanted, point.volume, snapname);
  });
  return { hasFeature: able ? 1 : 0 };
}

function featureOf(name: string): Feature {
  return name === "snapshot" || name === "clone" ? name : "copy";
}
