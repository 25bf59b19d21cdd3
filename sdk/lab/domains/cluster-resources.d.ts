import type { LabCore } from "../types.ts";
/** `/cluster/resources`. */
export declare function registerClusterResources(lab: LabCore): void;
