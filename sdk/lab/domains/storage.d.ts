import type { LabCore, LabState, LabStorage } from "../types.ts";
/** `/storage` (definitions) and the storages of a node. */
export declare function registerStorage(lab: LabCore): void;
/** A storage by name; fails as Proxmox VE does for one it has not. */
export declare function storageOf(state: LabState, id: string): LabStorage;
