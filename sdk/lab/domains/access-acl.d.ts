import type { LabCore } from "../types.ts";
/** `/access/acl` and `/access/permissions`. */
export declare function registerAcl(lab: LabCore): void;
