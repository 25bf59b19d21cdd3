import type { Toolbox } from "./toolbox.ts";

/** An argument of a prompt; its values are texts. */
export interface PromptArgument {
  readonly name: ArgumentName;
  readonly description: string;
  readonly required?: true;
}

/** Names that arguments of prompts have; those of things in a cluster can be completed. */
export type ArgumentName = "cluster" | "node" | "vmid" | "storage" | "goal" | "change" | "symptom";

/** Given arguments, each in one line. */
export type PromptInput = Readonly<Partial<Record<ArgumentName, string>>>;

/** A task that an operator gives a model: which tools to use in which order, and what to conclude. */
export interface Prompt {
  readonly name: string;
  readonly title: string;
  readonly description: string;
  readonly arguments: readonly PromptArgument[];
  /** The text for the model; it names only tools that are listed. */
  text(input: PromptInput, tools: Toolbox): string;
}
