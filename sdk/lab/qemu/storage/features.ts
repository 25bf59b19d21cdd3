import type { LabState } from "../../types.ts";
import { splitVolid } from "../drive.ts";
import { isFileBased, storageOf } from "./lookup.ts";
import { volumeName } from "./names.ts";

/** What a storage may be able to do with a volume. */
export type Feature = "snapshot" | "clone" | "copy" | "template" | "rename";

type Place = "current" | "snap" | "base";

/** Formats for file-based storages, `raw` alone for the others. */
type Table = Readonly<Record<Feature, Partial<Readonly<Record<Place, readonly string[]>>>>>;

const ALL = ["raw", "qcow2", "vmdk"];
const RAW = ["raw"];

const FILES: Table = {
  snapshot: { current: ["qcow2"], snap: ["qcow2"] },
  clone: { base: ALL },
  template: { current: [...ALL, "subvol"] },
  copy: { base: ALL, current: ALL, snap: ["qcow2"] },
  rename: { current: ALL },
};

/** From the `volume_has_feature` of the plugins in pve-storage. */
const DEVICES: Readonly<Record<string, Table>> = {
  lvmthin: {
    snapshot: { current: RAW },
    clone: { base: RAW, snap: RAW },
    template: { current: RAW },
    copy: { base: RAW, current: RAW, snap: RAW },
    rename: { current: RAW },
  },
  zfspool: {
    snapshot: { current: RAW, snap: RAW },
    clone: { base: RAW },
    template: { current: RAW },
    copy: { base: RAW, current: RAW },
    rename: { current: RAW },
  },
  rbd: {
    snapshot: { current: RAW, snap: RAW },
    clone: { base: RAW, snap: RAW },
    template: { current: RAW },
    copy: { base: RAW, current: RAW, snap: RAW },
    rename: { current: RAW },
  },
};

const LVM: Table = {
  snapshot: {},
  clone: {},
  template: {},
  copy: { base: RAW, current: RAW },
  rename: { current: RAW },
};

/** Whether the storage of a volume can do this with it, or with a snapshot of it. */
export function hasFeature(state: LabState, feature: Feature, volid: string, snapname?: string): boolean {
  const parts = splitVolid(volid);
  if (parts === undefined) return false;
  const storage = storageOf(state, parts.storage);
  const name = volumeName(state, volid);
  const place: Place = snapname !== undefined ? "snap" : name.isBase ? "base" : "current";
  const table = isFileBased(storage) ? FILES : (DEVICES[storage.type] ?? LVM);
  return table[feature][place]?.includes(name.format) ?? false;
}
