import type { LabUser } from "../access/types.ts";
import type { LabCore, LabState } from "../types.ts";
/** `/access/users` and the tokens below it. */
export declare function registerUsers(lab: LabCore): void;
/** A user; fails as Proxmox VE does for one it has not. */
export declare function userOf(state: LabState, userid: string): LabUser;
/** Removes the ACL entries of what is gone. */
export declare function dropAcl(state: LabState, type: string, matches: (ugid: string) => boolean): void;
