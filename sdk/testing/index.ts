/** The kit for plugin authors: scenarios, and the runner that turns their passing into evidence. */
export { differing, fieldsOf, type PlannedStep, recordIn, rowsOf, type Shown, stepsOf } from "./answers.ts";
export { type ClusterAddress, ClusterReader, type RawAnswer } from "./cluster-reader.ts";
export { type Expect, ScenarioFailure } from "./expect.ts";
export type { FixtureOptions, MadeGuest } from "./fixtures.ts";
export {
  becomes,
  configOf,
  type GuestConfig,
  type GuestLine,
  gibOf,
  guestLine,
  guestLines,
  hasLoad,
  missingLoad,
  unusedIn,
} from "./guests.ts";
export type { ClusterFeature } from "./lookups.ts";
export {
  type HumanReply,
  type HumanRequest,
  type ListedToolInfo,
  McpSession,
  type ServerCommand,
} from "./mcp-client.ts";
export { OWN, OWN_FOLDER } from "./own.ts";
export { sumsUpPoints } from "./rrd.ts";
export {
  defineScenarios,
  isScenarios,
  onAnyCluster,
  type Scenario,
  type ScenarioRun,
  type ScenarioSettings,
  type Scenarios,
  scenario,
  type ToolAnswer,
} from "./scenario.ts";
export type { MadeRealm, MadeSecondFactors } from "./sign-in-fixtures.ts";
export { steadily } from "./steady.ts";
export type { OpenTarget, Place, Target } from "./target.ts";
export { runValidate, type ValidateOptions } from "./validate.ts";
