import type { LabCore } from "../types.ts";
import { registerGroups } from "./groups.ts";
import { registerResources } from "./resources.ts";
import { registerRules } from "./rules.ts";
import { registerStatus } from "./status.ts";

/** High availability. */
export function registerHa(lab: LabCore): void {
  lab.route("GET /cluster/ha", () => {
    const rules = lab.release.major >= 9 ? ["rules"] : [];
    return ["status", "resources", "groups", ...rules].map((id) => ({ id }));
  });
  registerResources(lab);
  registerRules(lab);
  registerGroups(lab);
  registerStatus(lab);
}
