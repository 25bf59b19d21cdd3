import { ToolError } from "../../sdk/errors.ts";
import { oneLine } from "../call/one-line.ts";
import type { ToolHost } from "../host/types.ts";
import { backupAudit } from "./backup-audit.ts";
import { capacityReview } from "./capacity-review.ts";
import { changePlan, riskReview } from "./change-plan.ts";
import { diagnoseGuest } from "./diagnose-guest.ts";
import { Toolbox } from "./toolbox.ts";
import type { ArgumentName, Prompt, PromptArgument } from "./types.ts";

const PROMPTS: readonly Prompt[] = [changePlan, riskReview, diagnoseGuest, capacityReview, backupAudit];
const LONGEST_ARGUMENT = 2_000;

/** The prompts of this server. */
export class Prompts {
  readonly #host: Pick<ToolHost, "ready" | "listed">;
  readonly #clusters: readonly string[];

  constructor(host: Pick<ToolHost, "ready" | "listed">, clusters: readonly string[]) {
    this.#host = host;
    this.#clusters = clusters;
  }

  /** The prompts with the arguments that make sense here. */
  list(): readonly Prompt[] {
    return PROMPTS.map((prompt) => ({ ...prompt, arguments: this.#argumentsOf(prompt) }));
  }

  /** The text for the model. Throws ToolError `not_found` and `invalid_input`. */
  async text(
    name: string,
    given: Readonly<Record<string, string>>,
  ): Promise<{ prompt: Prompt; text: string }> {
    const prompt = PROMPTS.find((other) => other.name === name);
    if (prompt === undefined) throw unknownPrompt(name);
    const input = this.#inputOf(prompt, given);
    await this.#host.ready();
    return { prompt, text: prompt.text(input, new Toolbox(this.#host.listed())) };
  }

  #inputOf(prompt: Prompt, given: Readonly<Record<string, string>>): Partial<Record<ArgumentName, string>> {
    const known = this.#argumentsOf(prompt);
    const faults = [
      ...Object.keys(given)
        .filter((name) => !known.some((argument) => argument.name === name))
        .map((name) => `${oneLine(name.slice(0, 40))} is not an argument of it`),
      ...known
        .filter(({ name, required }) => required && !given[name]?.trim())
        .map(({ name, description }) => `${name} is missing (${description})`),
      ...this.#clusterFaults(given),
    ];
    if (faults.length > 0) throw badArguments(prompt, known, faults);
    const input: Partial<Record<ArgumentName, string>> = {};
    for (const { name } of known) {
      const text = oneLine((given[name] ?? "").slice(0, LONGEST_ARGUMENT));
      if (text !== "") input[name] = text;
    }
    return input;
  }

  #clusterFaults({ cluster }: Readonly<Record<string, string>>): string[] {
    if (!cluster || this.#clusters.length < 2 || this.#clusters.includes(cluster)) return [];
    return [
      `there is no cluster ${JSON.stringify(cluster.slice(0, 40))}; known are ${this.#clusters.join(", ")}`,
    ];
  }

  #argumentsOf({ arguments: all }: Prompt): readonly PromptArgument[] {
    return this.#clusters.length > 1 ? all : all.filter(({ name }) => name !== "cluster");
  }
}

function unknownPrompt(name: string): ToolError {
  return new ToolError({
    code: "not_found",
    message: `There is no prompt ${JSON.stringify(name.slice(0, 80))}.`,
    next: `Prompts are ${PROMPTS.map((prompt) => prompt.name).join(", ")}.`,
  });
}

function badArguments(
  { name }: Prompt,
  known: readonly PromptArgument[],
  faults: readonly string[],
): ToolError {
  return new ToolError({
    code: "invalid_input",
    message: `The prompt ${name} cannot take these arguments: ${faults.join("; ")}.`,
    next: `It takes ${known.map((argument) => argument.name + (argument.required ? "" : " (optional)")).join(", ")}.`,
  });
}
