import type { LabCore } from "../types.ts";
/** `/access/groups` and `/access/roles`. */
export declare function registerGroupsAndRoles(lab: LabCore): void;
