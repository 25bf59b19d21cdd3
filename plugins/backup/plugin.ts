import { definePlugin } from "../../sdk/index.ts";
import { backupFiles } from "./backup-files.ts";
import { backupGetConfig } from "./backup-get-config.ts";
import { backupJobCreate, backupJobDelete, backupJobUpdate } from "./backup-job-changes.ts";
import { backupJobGet } from "./backup-job-get.ts";
import { backupJobRun } from "./backup-job-run.ts";
import { backupJobs } from "./backup-jobs.ts";
import { backupList } from "./backup-list.ts";
import { backupNotCovered } from "./backup-not-covered.ts";
import { backupRestoreLxc } from "./backup-restore-lxc.ts";
import { backupRestoreVm } from "./backup-restore-vm.ts";
import { backupStart } from "./backup-start.ts";

export default definePlugin({
  id: "backup",
  title: "Backups",
  tools: () => [
    backupJobs,
    backupJobGet,
    backupJobCreate,
    backupJobUpdate,
    backupJobDelete,
    backupJobRun,
    backupStart,
    backupList,
    backupGetConfig,
    backupFiles,
    backupNotCovered,
    backupRestoreVm,
    backupRestoreLxc,
  ],
});
