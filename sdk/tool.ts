import type { Static, TSchema } from "typebox";
import type { HandOver, HandOverAbout } from "./hand-over.ts";
import type { PveReader } from "./reader.ts";
import { CHANGE_RESULT } from "./result-schemas.ts";
import type { ToolResult } from "./results.ts";
import type { Risk } from "./risk.ts";
import type { Step } from "./steps.ts";

/** What lists are made from and guests are found in; every tool may read it without saying so. */
export const INVENTORY = "GET /cluster/resources";

/**
 * What a tool touches: `"GET /nodes/{node}/qemu"`, or with `optional: true` where
 * the tool still serves without it. `"any"` is for the built-in escape hatches.
 * Checked against the catalog when the plugin loads; the inventory's own reads are implied.
 */
export type Use = string | { readonly use: string; readonly optional: true };

/** What all tools declare. */
export interface ToolHead<Input extends TSchema> {
  /** `proxmox_<noun>_<verb>` for built-in plugins, the plugin's own prefix for private ones. */
  readonly name: string;
  readonly title: string;
  /** What it does and answers, in one to three short sentences for the model. */
  readonly describe: string;
  /** The highest risk it can reach. */
  readonly risk: Risk;
  readonly uses: readonly Use[];
  /** An object schema; the kernel adds the common inputs (`cluster`, `dryRun`, `waitMode`, …). */
  readonly input: Input;
}

/** A tool that only looks. */
export interface ReadTool<Input extends TSchema = TSchema> extends ToolHead<Input> {
  readonly risk: "read";
  /** Schema of the answer's data: a listing's or details' `result`, or one of `listSchema`, `recordSchema`, `textSchema`. */
  readonly result: TSchema;
  readonly read: (input: Static<Input>, pve: PveReader) => Promise<ToolResult>;
}

/** A tool that changes something: it returns the steps, the kernel runs them. */
export interface ChangeTool<Input extends TSchema = TSchema> extends ToolHead<Input> {
  readonly plan: (input: Static<Input>, pve: PveReader) => Promise<readonly Step[]>;
  /**
   * For a tool whose very answer is a secret that its caller asked for, such as a console's ticket: the one
   * exemption from masking. The plan is one step that starts no task; it runs without a job, and what this makes
   * of its answer goes to the caller once. It is neither logged, audited nor kept.
   */
  readonly handOver?: (answer: unknown, about: HandOverAbout) => HandOver;
}

/** Any tool. */
export type Tool<Input extends TSchema = TSchema> = ReadTool<Input> | ChangeTool<Input>;

const TOOL = Symbol.for("proxmox-mcp.tool");

/** A tool as the host sees it, whatever copy of the SDK made it. */
export type DefinedTool = Omit<ToolHead<TSchema>, "risk"> & {
  readonly [TOOL]: true;
  readonly risk: Risk;
  /** Schema of the answer's data, as plain JSON Schema. */
  readonly result: TSchema;
  // The host has validated the input against `input` before it calls these.
  readonly read?: (input: never, pve: PveReader) => Promise<ToolResult>;
  readonly plan?: (input: never, pve: PveReader) => Promise<readonly Step[]>;
  readonly handOver?: (answer: unknown, about: HandOverAbout) => HandOver;
};

/** Declares a tool. It adds types, a brand, and the result schema that all change tools share. */
export function defineTool<Input extends TSchema>(tool: ReadTool<Input>): DefinedTool;
export function defineTool<Input extends TSchema>(tool: ChangeTool<Input>): DefinedTool;
export function defineTool<Input extends TSchema>(tool: Tool<Input>): DefinedTool {
  return { [TOOL]: true, result: CHANGE_RESULT, ...tool };
}

/** True for what {@link defineTool} made, in any copy of the SDK. */
export function isDefinedTool(value: unknown): value is DefinedTool {
  return typeof value === "object" && value !== null && TOOL in value;
}

/** The endpoint or capability of a use, without the `optional` mark. */
export function useName(use: Use): string {
  return typeof use === "string" ? use : use.use;
}
