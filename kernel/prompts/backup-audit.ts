import { CLUSTER, onCluster, paragraphs, RULES, STORAGE } from "./parts.ts";
import type { Look } from "./toolbox.ts";
import type { Prompt } from "./types.ts";

const LOOKS: readonly Look[] = [
  { what: "The backup jobs: schedule, guests, storage, how much is kept", reads: ["GET /cluster/backup"] },
  { what: "Guests that no job covers", reads: ["GET /cluster/backup-info/not-backed-up"] },
  {
    what: "Storages that hold backups: active, and with room",
    reads: ["GET /nodes/{node}/storage"],
  },
  {
    what: "The backups there are (content backup): newest of each guest, size, protected or not",
    reads: ["GET /nodes/{node}/storage/{storage}/content"],
  },
  { what: "The newest backup tasks (type vzdump), failed ones above all", reads: ["GET /cluster/tasks"] },
  { what: "The log of each backup that failed", reads: ["GET /nodes/{node}/tasks/{upid}/log"] },
  {
    what: "Disks that are left out of backups (backup=0), in the configuration of guests that matter",
    reads: ["GET /nodes/{node}/qemu/{vmid}/config", "GET /nodes/{node}/lxc/{vmid}/config"],
    like: "_get",
  },
];

/** Whether guests could be brought back. */
export const backupAudit: Prompt = {
  name: "backup-audit",
  title: "Audit backups",
  description: "Finds guests without a recent backup, failing jobs, and storages that run full.",
  arguments: [STORAGE, CLUSTER],
  text: (input, tools) =>
    paragraphs(
      `Audit the backups${input.storage === undefined ? "" : ` on storage ${input.storage}`}${onCluster(input)}.`,
      `Look at:\n${tools.steps(LOOKS)}`,
      "Conclude with: guests without any backup; guests whose newest backup is older than their job's schedule; jobs that fail or are turned off; disks left out; storages that run full before old backups are pruned; backups that lie on the storage of the guest itself. A backup counts as good only where its task ended well; that one can be restored is not proven by any of this, so say when the last restore was tried, or that it is not known.",
      RULES,
    ),
};
