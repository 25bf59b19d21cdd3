import type { LabCore } from "../types.ts";
/** The directories of the API. */
export declare function registerIndexes(lab: LabCore): void;
