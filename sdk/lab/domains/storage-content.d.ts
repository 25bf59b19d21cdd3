import type { LabCore } from "../types.ts";
/** Volumes of a storage: list, look at, delete. */
export declare function registerStorageContent(lab: LabCore): void;
