import type { Risk } from "../../../sdk/risk.ts";

/** What a rule says about a step. In rising strictness. */
export const ACTIONS = ["allow", "confirm", "deny"] as const;
export type Action = (typeof ACTIONS)[number];

/** Conditions whose values are names, compared without regard to case. */
export const NAME_KEYS = ["cluster", "node", "tag", "pool", "family"] as const;
/** Conditions whose values are patterns with `*` and `?`. */
export const GLOB_KEYS = ["tool", "plugin"] as const;

/** VMIDs from one to the other, both included. */
export interface VmidRange {
  readonly from: number;
  readonly to: number;
}

/** One condition of a rule: it holds where one of its values does, or none with `isNot`. */
export type Condition =
  | { readonly key: "risk"; readonly isNot: boolean; readonly values: readonly Risk[] }
  | { readonly key: "vmid"; readonly isNot: boolean; readonly values: readonly VmidRange[] }
  | {
      readonly key: (typeof NAME_KEYS)[number] | (typeof GLOB_KEYS)[number] | "path";
      readonly isNot: boolean;
      readonly values: readonly string[];
    };

/** What a rule that lets a step pass asks of it besides. */
export interface RuleLimits {
  /** Longest time that a command may be given, milliseconds. */
  readonly maxTimeoutMs?: number;
  /** False: nothing may run as another user. */
  readonly sudo?: boolean;
}

/** One rule of `PROXMOX_MCP_POLICY`. */
export interface Rule {
  /** Its number, from 1. */
  readonly number: number;
  /** The line that it stands on, from 1. */
  readonly line: number;
  /** As the operator wrote it, without comment. */
  readonly text: string;
  /** What it would do is only told. */
  readonly shadow: boolean;
  readonly action: Action;
  /** All of them have to hold. */
  readonly conditions: readonly Condition[];
  readonly limits: RuleLimits;
}
