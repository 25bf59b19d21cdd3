/** One deliberate fault in a tool. A scenario of the tool that still passes does not notice it. */
export type Mutation =
  | { readonly kind: "leave-out"; readonly step: string }
  | { readonly kind: "drop" | "change"; readonly step: string; readonly parameter: string }
  | { readonly kind: "blank"; readonly field: string };

/** What the server under test is told, in a file: whose tool to watch, where to note what it does, what to do to it. */
export interface MutationOrder {
  readonly tool: string;
  /** File that what the tool offers to mutate is appended to, one JSON {@link Mutation} a line. */
  readonly notes?: string;
  readonly mutation?: Mutation;
}

/** A mutation as lists and reports name it. */
export function nameOf(mutation: Mutation): string {
  switch (mutation.kind) {
    case "leave-out":
      return `${mutation.step} left out`;
    case "drop":
      return `${mutation.step} without ${mutation.parameter}`;
    case "change":
      return `${mutation.step} with another ${mutation.parameter}`;
    case "blank":
      return `${mutation.field} blank`;
  }
}
