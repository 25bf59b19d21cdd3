/** The API of Proxmox VE as facts, and our tables about it. */

export {
  catalogFor,
  loadCatalog,
  newestRelease,
  releaseFor,
  releases,
  sinceRelease,
} from "./catalog.ts";
export { type CliCommand, cliCommand, cliCommands, cliSource, LOCAL_NODE } from "./cli.ts";
export { CODE_CHECKS, isRead, UNREAD } from "./code-checks/index.ts";
export { type CalendarEvent, parseCalendarEvent } from "./formats/calendar-event.ts";
export { NAMED_FORMATS } from "./formats/index.ts";
export { uncheckedFormats } from "./formats/unchecked.ts";
export { paramSchema } from "./parameters.ts";
export { privilegeNames } from "./privilege-names.ts";
export { declaredText, needText, privilegesText } from "./privilege-text.ts";
export { parsePropertyString } from "./property-string.ts";
export { compareReleases } from "./releases.ts";
export { keyOf, paramsAbove } from "./risk.ts";
export { isAlwaysRootOnly } from "./root-only.ts";
export type * from "./types.ts";
export { splitList } from "./wire.ts";
