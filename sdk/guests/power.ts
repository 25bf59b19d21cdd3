import { ToolError } from "../errors.ts";

/** Fails with `invalid_input` where options are given that another action than this one takes. */
export function refuseForeignOptions(
  action: string,
  given: Readonly<Record<string, unknown>>,
  takes: readonly string[],
): void {
  const foreign = Object.keys(given).filter(
    (option) => given[option] !== undefined && !takes.includes(option),
  );
  if (foreign.length === 0) return;
  throw new ToolError({
    code: "invalid_input",
    message: `The action ${action} does not take ${foreign.join(", ")}.`,
    next: takes.length === 0 ? "Leave it out." : `It takes ${takes.join(", ")}.`,
  });
}
