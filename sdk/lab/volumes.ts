import type { LabStorage } from "./types.ts";

/** A volume on a storage. Sizes in bytes, `ctime` in seconds since the epoch. */
export interface LabVolume {
  /** `local:100/vm-100-disk-0.qcow2` */
  readonly volid: string;
  readonly storage: string;
  /** The node that holds it; undefined on a shared storage. */
  readonly node: string | undefined;
  readonly content: "images" | "rootdir" | "iso" | "vztmpl" | "backup" | "snippets" | "import";
  readonly format: string;
  /** Owner, for images, container volumes and backups. */
  readonly vmid?: number;
  size: number;
  used: number;
  /** Bytes of the disk in an image file that can be imported, where the file is smaller. */
  readonly virtualSize?: number;
  readonly ctime: number;
  /** `volid` of the base image of a linked clone. */
  readonly parent?: string;
  notes?: string;
  protected?: boolean;
  /** Nothing was ever written to it: a VM that has no other disk runs no system that could answer. */
  blank?: boolean;
}

/** All volumes, by storage (and node where it is not shared). */
export class Volumes {
  readonly #byPlace = new Map<string, Map<string, LabVolume>>();

  /** Volumes of a storage as a node sees them, in the order they were made. */
  list(storage: LabStorage, node: string): readonly LabVolume[] {
    return [...(this.#byPlace.get(placeOf(storage, node))?.values() ?? [])];
  }

  get(storage: LabStorage, node: string, volid: string): LabVolume | undefined {
    return this.#byPlace.get(placeOf(storage, node))?.get(volid);
  }

  put(storage: LabStorage, node: string, volume: Omit<LabVolume, "storage" | "node">): LabVolume {
    const key = placeOf(storage, node);
    const place = this.#byPlace.get(key) ?? new Map<string, LabVolume>();
    this.#byPlace.set(key, place);
    const held: LabVolume = { ...volume, storage: storage.id, node: isShared(storage) ? undefined : node };
    place.set(volume.volid, held);
    return held;
  }

  /** False where there was no such volume. */
  delete(storage: LabStorage, node: string, volid: string): boolean {
    return this.#byPlace.get(placeOf(storage, node))?.delete(volid) ?? false;
  }

  /** Bytes used on a storage as a node sees it. */
  used(storage: LabStorage, node: string): number {
    let sum = 0;
    for (const volume of this.#byPlace.get(placeOf(storage, node))?.values() ?? []) sum += volume.used;
    return sum;
  }
}

/** Types whose content is the same on every node. */
const SHARED_TYPES = new Set(["nfs", "cifs", "pbs", "rbd", "cephfs", "iscsi", "iscsidirect"]);

/** Whether all nodes see the same content. */
export function isShared(storage: LabStorage): boolean {
  return SHARED_TYPES.has(storage.type) || storage.config.get("shared") === "1";
}

function placeOf(storage: LabStorage, node: string): string {
  return isShared(storage) ? storage.id : `${storage.id}@${node}`;
}
