import { type Family, unchecked } from "./context.ts";

/** Changes of which nothing is to be seen afterwards, and why. */
const UNSEEN: readonly (readonly [pattern: RegExp, why: string])[] = [
  [/\/vzdump$/, "its task says how it ended; proxmox_backup_list shows the archive"],
  [/\/prunebackups$/, "its answer says what was removed"],
  [/\/(?:startall|stopall|suspendall|migrateall)$|\/bulk-action\//, "the job followed each guest's own task"],
  [/\/wakeonlan$/, "a node tells nothing of it before it is up"],
  [/\/agent(?:\/.*)?$|\/(?:sendkey|monitor)$/, "it happens inside the guest"],
  [/\/qemu\/\{vmid\}\/cloudinit$/, "the image that it renews cannot be read"],
  [
    /\/(?:vnc|term|spice)(?:proxy|shell)$|\/access\/(?:ticket|vncticket)$/,
    "a ticket shows in its answer alone",
  ],
];

/** See above. */
export const unseen: Family = (sent) => {
  const [, why] = UNSEEN.find(([pattern]) => pattern.test(sent.endpoint.path)) ?? [];
  return why === undefined ? undefined : [unchecked(sent, why)];
};
