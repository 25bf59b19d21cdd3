/** The kit for plugin authors: scenarios, and the runner that turns their passing into evidence. */
export { differing, fieldsOf, rowsOf, type Shown } from "./answers.ts";
export { type ClusterAddress, ClusterReader, type RawAnswer } from "./cluster-reader.ts";
export { type Expect, ScenarioFailure } from "./expect.ts";
export type { MadeVm } from "./fixtures.ts";
export {
  type HumanReply,
  type HumanRequest,
  type ListedToolInfo,
  McpSession,
  type ServerCommand,
} from "./mcp-client.ts";
export {
  type ClusterFeature,
  defineScenarios,
  isScenarios,
  type Scenario,
  type ScenarioRun,
  type ScenarioSettings,
  type Scenarios,
  scenario,
  type ToolAnswer,
} from "./scenario.ts";
export type { OpenTarget, Place, Target } from "./target.ts";
export { runValidate, type ValidateOptions } from "./validate.ts";
