import type { LabCore } from "../types.ts";
/** `/cluster` without resources: status, free VMIDs, options, tasks, log, HA. */
export declare function registerCluster(lab: LabCore): void;
