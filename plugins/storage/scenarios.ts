import { defineScenarios, onAnyCluster } from "../../sdk/testing/index.ts";
import { backupScenarios } from "./scenarios/backups.ts";
import { definitionScenarios } from "./scenarios/definitions.ts";
import { downloadScenarios } from "./scenarios/downloads.ts";
import { readScenarios } from "./scenarios/read.ts";
import { volumeScenarios } from "./scenarios/volumes.ts";

const scenarios = [...readScenarios, ...volumeScenarios, ...downloadScenarios, ...backupScenarios];

export default defineScenarios([
  ...onAnyCluster([], scenarios),
  ...onAnyCluster(["administrator's rights"], definitionScenarios),
]);
