import type { LabCore, LabPool, LabState } from "../types.ts";
/** `/pools`, with the older form that has the pool in the path. */
export declare function registerPools(lab: LabCore): void;
/** The pool that holds a guest; a guest is in one at most. */
export declare function poolOf(state: LabState, vmid: number): LabPool | undefined;
