import type { LabCore, LabState, LabStorage } from "../types.ts";
/** Nodes that a storage is meant for. */
export declare function visibleNodes(state: LabState, storage: LabStorage): readonly string[];
/** Content types in the order that answers have them. */
export declare function contentOf(storage: LabStorage): string;
/** Size and use in bytes; a directory also holds what is not a volume. */
export declare function spaceOf(lab: LabCore, storage: LabStorage, node: string): {
    readonly total: number;
    readonly used: number;
    readonly avail: number;
};
/** A storage on one node as `/cluster/resources` and pools show it. */
export declare function storageResource(lab: LabCore, storage: LabStorage, node: string): Record<string, unknown>;
