/** The API of Proxmox VE as facts, and our tables about it. */

export {
  catalogFor,
  compareReleases,
  loadCatalog,
  newestRelease,
  releaseFor,
  releases,
  sinceRelease,
} from "./catalog.ts";
export { type CliCommand, cliCommand, cliCommands, cliSource, LOCAL_NODE } from "./cli.ts";
export { NAMED_FORMATS } from "./formats/index.ts";
export { uncheckedFormats } from "./formats/unchecked.ts";
export { paramSchema } from "./parameters.ts";
export { privilegeNames } from "./privilege-names.ts";
export { parsePropertyString } from "./property-string.ts";
export { keyOf, paramsAbove } from "./risk.ts";
export { isAlwaysRootOnly } from "./root-only.ts";
export type * from "./types.ts";
export { splitList } from "./wire.ts";
