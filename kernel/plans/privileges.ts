import type { EndpointPrivileges, PrivilegeNeed } from "../../vendor/pve-docs/index.ts";
import { needText, privilegesText } from "../../vendor/pve-docs/index.ts";
import type { PlanStep } from "../call/types.ts";
import type { Held } from "../privileges/held.ts";
import type { StepPrivileges } from "./types.ts";

/** What judging privileges takes. */
export interface Account {
  /** What the account holds; undefined where that could not be read. */
  readonly held: Held | undefined;
  /** Signed in as root@pam with its password. */
  readonly isRootLogin: boolean;
}

/** What each step needs, and whether the account has it. */
export function stepPrivileges(steps: readonly PlanStep[], account: Account): readonly StepPrivileges[] {
  return steps.map(({ step, privileges }) => ({
    step: step.id,
    needs: privilegesText(privileges),
    ...judged(privileges, account),
  }));
}

function judged(
  privileges: EndpointPrivileges,
  { held, isRootLogin }: Account,
): Pick<StepPrivileges, "held" | "lacking"> {
  if (isRootLogin) return { held: "yes", lacking: [] };
  if (privileges.who === "root") return { held: "no", lacking: ["signing in as root@pam with its password"] };
  if (held === undefined) return { held: "unknown", lacking: [] };
  const needed = [
    ...lackingOf(privileges.alternatives, held),
    ...privileges.further.filter((need) => isAlways(need) && !meets(need, held)),
  ];
  const lacking = [...new Set(needed.map((need) => needText(need)))];
  if (lacking.length > 0) return { held: "no", lacking };
  const isOpen =
    privileges.unread || privileges.further.some((need) => isConditional(need) && !meets(need, held));
  return { held: isOpen ? "unknown" : "yes", lacking: [] };
}

/** The least that is lacking where no alternative holds in full. */
function lackingOf(alternatives: EndpointPrivileges["alternatives"], held: Held): readonly PrivilegeNeed[] {
  const ways = alternatives.map((needs) => needs.filter((need) => !meets(need, held)));
  if (ways.some((lacking) => lacking.length === 0)) return [];
  return ways.toSorted((a, b) => a.length - b.length)[0] ?? [];
}

function meets(need: PrivilegeNeed, held: Held): boolean {
  return need.privileges.length === 0 || held.meets(need);
}

function isAlways({ hides, maybe }: PrivilegeNeed): boolean {
  return hides !== true && maybe !== true;
}

/** Whether it is needed depends on more than is known here. */
function isConditional({ privileges, maybe, condition, hides }: PrivilegeNeed): boolean {
  return hides !== true && (maybe === true || (privileges.length === 0 && condition !== undefined));
}
