import { defineScenarios } from "../../sdk/testing/index.ts";
import { execScenarios } from "./scenarios/exec.ts";
import { lifecycleScenarios } from "./scenarios/lifecycle.ts";
import { lookScenarios } from "./scenarios/looks.ts";
import { moveScenarios } from "./scenarios/moves.ts";
import { powerScenarios } from "./scenarios/power.ts";
import { readScenarios } from "./scenarios/read.ts";
import { snapshotScenarios } from "./scenarios/snapshots.ts";
import { updateScenarios } from "./scenarios/update.ts";

export default defineScenarios([
  ...readScenarios,
  ...powerScenarios,
  ...lifecycleScenarios,
  ...updateScenarios,
  ...snapshotScenarios,
  ...moveScenarios,
  ...lookScenarios,
  ...execScenarios,
]);
