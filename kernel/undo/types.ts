import type { RestStep } from "../../sdk/steps.ts";
import type { PlanStep } from "../call/types.ts";
import type { Values } from "../readback/types.ts";

/** The way back from one step: what to do, and what cannot be put back. */
export interface Inverse {
  readonly steps: readonly RestStep[];
  /** What is put back, in few words: `cores`, `the rule`. */
  readonly puts: readonly string[];
  /** What is not, and why. */
  readonly lost: readonly string[];
  /** What the object of the first step has to show now, so that it is the one that was made. */
  readonly shows?: Values;
}

/** A step that was done, with what its object was before. */
export interface Undoable {
  readonly planned: PlanStep;
  /** Parameters without references. */
  readonly params: Values;
  /** What reading the object answered before; undefined where that is not known. */
  readonly before: unknown;
}

/** Knows the way back from some endpoints; undefined for others. */
export type InverseRule = (step: Undoable) => Inverse | undefined;
