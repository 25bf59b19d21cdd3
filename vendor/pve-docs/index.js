/** The API of Proxmox VE as facts, and our tables about it. */
export {
  catalogFor,
  compareReleases,
  loadCatalog,
  newestRelease,
  releaseFor,
  releases,
  sinceRelease,
} from "./catalog.js";
export { cliCommand, cliCommands, cliSource, LOCAL_NODE } from "./cli.js";
export { NAMED_FORMATS } from "./formats/index.js";
export { uncheckedFormats } from "./formats/unchecked.js";
export { paramSchema } from "./parameters.js";
export { parsePropertyString } from "./property-string.js";
export { keyOf, paramsAbove } from "./risk.js";
export { isAlwaysRootOnly } from "./root-only.js";
export { splitList } from "./wire.js";
