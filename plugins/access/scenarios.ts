import { defineScenarios, onAnyCluster } from "../../sdk/testing/index.ts";
import { aclScenarios } from "./scenarios/acl.ts";
import { groupScenarios } from "./scenarios/groups.ts";
import { roleScenarios } from "./scenarios/roles.ts";
import { signInScenarios } from "./scenarios/sign-in.ts";
import { tokenScenarios } from "./scenarios/tokens.ts";
import { userScenarios } from "./scenarios/users.ts";

const scenarios = [
  ...userScenarios,
  ...groupScenarios,
  ...roleScenarios,
  ...aclScenarios,
  ...tokenScenarios,
  ...signInScenarios,
];

export default defineScenarios(onAnyCluster(["administrator's rights"], scenarios));
