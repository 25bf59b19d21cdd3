import type { LabCore } from "../types.ts";
/** Start, stop, suspend and migrate all guests of a node: one task with a child for each guest. */
export declare function registerBulk(lab: LabCore): void;
