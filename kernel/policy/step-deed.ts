import type { Detour } from "../../sdk/steps.ts";
import type { PlanStep } from "../call/types.ts";
import type { Deed } from "./rules/match.ts";
import { UNKNOWN } from "./subjects.ts";

/** What every step of a call shares. */
export type DeedOf = Pick<Deed, "tool" | "plugin" | "cluster">;

/** A planned step as rules see it. */
export function stepDeed(
  { step, risk, shownPath }: Pick<PlanStep, "step" | "risk" | "shownPath">,
  of: DeedOf,
): Deed {
  return { ...of, risk, ...detourDeed(step.over, shownPath) };
}

/** A read, or what a tool of the kernel does, as rules see it. */
export function callDeed(risk: Deed["risk"], of: DeedOf): Deed {
  return { ...of, risk, family: undefined, path: undefined, sudo: false, timeoutMs: undefined };
}

function detourDeed(
  over: Detour | undefined,
  apiPath: string,
): Pick<Deed, "family" | "path" | "sudo" | "timeoutMs"> {
  switch (over?.by) {
    case undefined:
      return { family: undefined, path: apiPath, sudo: false, timeoutMs: undefined };
    case "cli":
      return {
        family: over.command.split(" ", 1)[0],
        path: apiPath,
        sudo: over.sudo === true,
        timeoutMs: undefined,
      };
    // What a shell goes on to run, and what that reaches, cannot be told from its arguments.
    case "shell":
      return {
        family: over.raw ? over.argv[0] : UNKNOWN,
        path: UNKNOWN,
        sudo: over.sudo,
        timeoutMs: over.timeoutMs,
      };
    case "file":
      return { family: undefined, path: over.path, sudo: over.sudo, timeoutMs: undefined };
  }
}
