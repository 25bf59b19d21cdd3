import { asSchema, type JsonSchema, propertiesOf, requiredOf } from "../../kernel/call/json-schema.ts";
import { code, codes, prose, table } from "./markdown.ts";

/** From here on only inputs that need words get a row of their own. */
const LONG = 30;

const OPERATOR_DEFAULTS: Readonly<Record<string, string>> = {
  node: "PROXMOX_DEFAULT_NODE",
  bridge: "PROXMOX_DEFAULT_BRIDGE",
  vmStorage: "PROXMOX_DEFAULT_VM_STORAGE",
  snippetStorage: "PROXMOX_DEFAULT_SNIPPET_STORAGE",
};

/** One input of a tool. */
interface Input {
  /** As documented: `memory`, or `net[n]` for a family. */
  readonly name: string;
  readonly schema: JsonSchema;
  readonly required: boolean;
}

/** What a schema takes, as Markdown. */
export function typeText(schema: JsonSchema): string {
  if ("const" in schema) return code(String(schema.const));
  if (Array.isArray(schema.enum)) return codes(schema.enum.map(String));
  const branches = schema.anyOf ?? schema.oneOf;
  if (Array.isArray(branches)) return branchesText(branches.map(asSchema));
  if (schema.type === "array") return `list of ${typeText(asSchema(schema.items))}`;
  if (schema.type === "object") {
    const names = Object.keys(propertiesOf(schema));
    return names.length > 0 ? `object with ${codes(names)}` : "object";
  }
  const type = Array.isArray(schema.type) ? schema.type.join(" or ") : String(schema.type ?? "any value");
  return `${type}${boundsText(schema)}`;
}

function branchesText(branches: readonly JsonSchema[]): string {
  const separator = branches.every((branch) => "const" in branch) ? ", " : " or ";
  return [...new Set(branches.map(typeText))].join(separator);
}

function boundsText({ minimum, maximum }: JsonSchema): string {
  if (minimum !== undefined && maximum !== undefined) return ` ${minimum}–${maximum}`;
  if (minimum !== undefined) return ` from ${minimum}`;
  return maximum === undefined ? "" : ` to ${maximum}`;
}

/** `net[n]` and its highest number for a pattern of numbered names; other patterns as they are. */
function familyName(pattern: string): string {
  const base = /^\^([\w-]+)\(.*\)\$$/.exec(pattern)?.[1];
  if (base === undefined) return pattern;
  const names = new RegExp(pattern);
  let highest = 0;
  for (let at = 0; at < 1_000; at++) if (names.test(`${base}${at}`)) highest = at;
  return `${base}0…${highest}`;
}

function inputsOf(schema: JsonSchema): readonly Input[] {
  const required = new Set(requiredOf(schema));
  const named = Object.entries(propertiesOf(schema)).map(([name, own]) => ({
    name,
    schema: own,
    required: required.has(name),
  }));
  const families = Object.entries(asSchema(schema.patternProperties)).map(([pattern, own]) => ({
    name: familyName(pattern),
    schema: asSchema(own),
    required: false,
  }));
  return [
    ...named.filter((input) => input.required),
    ...named.filter((input) => !input.required),
    ...families,
  ];
}

function defaultText({ schema, required }: Input): string {
  const setting = OPERATOR_DEFAULTS[String(schema["x-default"])];
  if (setting !== undefined) return `${required ? "**required** unless set: " : ""}${code(setting)}`;
  if (required) return "**required**";
  return schema.default === undefined ? "" : code(JSON.stringify(schema.default));
}

/** An input's description, or the one it has in the list of tools. */
function wordsOf(schema: JsonSchema): string {
  const description = schema.description ?? asSchema(schema["x-listed"]).description;
  return typeof description === "string" ? prose(description) : "";
}

function inputTable(inputs: readonly Input[]): string {
  return table(
    ["Input", "Type", "Default", "Description"],
    inputs.map((input) => [
      code(input.name),
      typeText(input.schema),
      defaultText(input),
      wordsOf(input.schema),
    ]),
  );
}

/** Inputs that say which part of a list is shown; they mean the same wherever all of them are. */
const VIEW = ["fields", "sort", "limit", "cursor"];

function withoutView(inputs: readonly Input[]): readonly Input[] {
  const names = inputs.map(({ name }) => name);
  return VIEW.every((name) => names.includes(name))
    ? inputs.filter(({ name }) => !VIEW.includes(name))
    : inputs;
}

/**
 * A tool's own inputs as tables: long ones give only those with words a row each, the others a row a type.
 * A list's inputs are described once, at `listsLink`.
 */
export function inputsText(inputSchema: object, listsLink = "#lists"): string {
  const all = inputsOf(asSchema(inputSchema));
  if (all.length === 0) return "No inputs of its own.\n";
  const inputs = withoutView(all);
  const view = all.length > inputs.length ? `And ${codes(VIEW)}, as [all lists](${listsLink}).\n` : "";
  if (inputs.length === 0) return view;
  return `${ownText(inputs)}${view === "" ? "" : `\n${view}`}`;
}

function ownText(inputs: readonly Input[]): string {
  if (inputs.length <= LONG) return inputTable(inputs);
  const telling = inputs.filter((input) => input.required || wordsOf(input.schema) !== "");
  const byType = new Map<string, string[]>();
  for (const input of inputs) {
    if (telling.includes(input)) continue;
    const type = typeText(input.schema);
    byType.set(type, [...(byType.get(type) ?? []), input.name]);
  }
  if (byType.size === 0) return inputTable(telling);
  const rest = table(
    ["Type", "Further optional inputs, as the API takes them"],
    [...byType].map(([type, names]) => [type, codes(names)]),
  );
  return `${inputTable(telling)}\n${rest}`;
}
