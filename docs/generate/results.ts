import { asSchema, type JsonSchema, propertiesOf } from "../../kernel/call/json-schema.ts";
import type { DefinedTool } from "../../sdk/tool.ts";
import { code } from "./markdown.ts";

function keysText(schema: JsonSchema): string {
  const keys = Object.entries(propertiesOf(schema)).map(
    ([key, { type }]) => `${code(key)}${type === undefined || type === "string" ? "" : ` ${String(type)}`}`,
  );
  return keys.length === 0 ? "" : ` of ${keys.join(", ")}`;
}

function kindText(schema: JsonSchema): string {
  const { anyOf } = schema;
  if (Array.isArray(anyOf)) return [...new Set(anyOf.map((part) => kindText(asSchema(part))))].join(", or ");
  const { rows, fields, text } = propertiesOf(schema);
  if (rows !== undefined) return `a list${keysText(asSchema(rows.items))}`;
  if (fields !== undefined) return `a record${keysText(fields)}`;
  return text === undefined ? `an object${keysText(schema)}` : "a text from outside, marked as such";
}

/** What a tool answers, in a sentence; nothing where it does not say. */
export function resultText(tool: DefinedTool): string {
  if (tool.plan !== undefined) return "as all change tools";
  return kindText(asSchema(tool.result));
}
