import { defineScenarios, onAnyCluster } from "../../sdk/testing/index.ts";
import { backupScenarios } from "./scenarios/backups.ts";
import { jobRunScenarios } from "./scenarios/job-run.ts";
import { jobScenarios } from "./scenarios/jobs.ts";
import { restoreScenarios } from "./scenarios/restore.ts";
import { startScenarios } from "./scenarios/start.ts";

export default defineScenarios([
  ...onAnyCluster(["administrator's rights", "backup storage"], [...jobScenarios, ...jobRunScenarios]),
  ...onAnyCluster([], [...startScenarios, ...backupScenarios, ...restoreScenarios]),
]);
