import { defineScenarios } from "../../sdk/testing/index.ts";
import { backupScenarios } from "./scenarios/backups.ts";
import { jobScenarios } from "./scenarios/jobs.ts";
import { restoreScenarios } from "./scenarios/restore.ts";

export default defineScenarios([...jobScenarios, ...backupScenarios, ...restoreScenarios]);
