/** What Proxmox's code checks beyond the permissions that its endpoints declare. */

export { CODE_CHECKS, codeChecks, isRead } from "./resolve.ts";
export type { CheckedEndpoints, CodeCheck } from "./types.ts";
export { UNREAD } from "./unread.ts";
