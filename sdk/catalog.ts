/** What plugins may know of the API catalog beyond the `catalog` service. */
export { releases, sinceRelease } from "../vendor/pve-docs/catalog.ts";
export { declaredText, needText } from "../vendor/pve-docs/privilege-text.ts";
export type {
  ApiMethod,
  ApiRisk,
  CallParams,
  Endpoint,
  EndpointKey,
  EndpointPrivileges,
  ParamFault,
  ParamSchema,
  PathMatch,
  PrivilegeNeed,
} from "../vendor/pve-docs/types.ts";
