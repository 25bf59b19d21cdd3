import { asSchema, type JsonSchema, propertiesOf } from "./json-schema.ts";

const MOST_CHOICES = 24;

/** What a schema accepts, in a few words for a model: `an integer from 100 to 999999999`. Never throws. */
export function describeSchema(schema: JsonSchema): string {
  if ("const" in schema) return JSON.stringify(schema.const) ?? "that constant";
  if (Array.isArray(schema.enum)) return choices(schema.enum);
  const branches = branchesOf(schema);
  if (branches) return describeBranches(branches);
  switch (schema.type) {
    case "integer":
      return `an integer${range(schema)}`;
    case "number":
      return `a number${range(schema)}`;
    case "boolean":
      return "true or false";
    case "string":
      return describeString(schema);
    case "array":
      return describeArray(schema);
    case "object":
      return describeObject(schema);
    case "null":
      return "null";
    default:
      return Array.isArray(schema.type) ? schema.type.map(String).join(" or ") : "another value";
  }
}

/** The branches of a union; undefined for any other schema. */
function branchesOf(schema: JsonSchema): JsonSchema[] | undefined {
  const branches = schema.anyOf ?? schema.oneOf;
  return Array.isArray(branches) && branches.length > 0 ? branches.map(asSchema) : undefined;
}

/** True when an integer can satisfy the schema. */
export function acceptsInteger(schema: JsonSchema): boolean {
  const types = Array.isArray(schema.type) ? schema.type : [schema.type];
  if (types.includes("integer") || types.includes("number")) return true;
  return branchesOf(schema)?.some(acceptsInteger) ?? false;
}

function describeBranches(branches: readonly JsonSchema[]): string {
  if (branches.every((branch) => "const" in branch)) return choices(branches.map((branch) => branch.const));
  return [...new Set(branches.map(describeSchema))].join(", or ");
}

function choices(values: readonly unknown[]): string {
  const shown = values.slice(0, MOST_CHOICES).map(String).join(", ");
  const rest = values.length - MOST_CHOICES;
  return `one of ${shown}${rest > 0 ? ` and ${rest} more` : ""}`;
}

function range({ minimum, maximum, exclusiveMinimum, exclusiveMaximum }: JsonSchema): string {
  const bounds = [
    minimum === undefined ? "" : `from ${minimum}`,
    exclusiveMinimum === undefined ? "" : `above ${exclusiveMinimum}`,
    maximum === undefined ? "" : `to ${maximum}`,
    exclusiveMaximum === undefined ? "" : `below ${exclusiveMaximum}`,
  ].filter((bound) => bound !== "");
  return bounds.length > 0 ? ` ${bounds.join(" ")}` : "";
}

function describeString({ minLength, maxLength, pattern, format }: JsonSchema): string {
  const rules = [
    format === undefined ? "" : `in the form ${format}`,
    pattern === undefined ? "" : `matching ${pattern}`,
    minLength === undefined ? "" : `of at least ${minLength} characters`,
    maxLength === undefined ? "" : `of at most ${maxLength} characters`,
  ].filter((rule) => rule !== "");
  return `a text${rules.length > 0 ? ` ${rules.join(", ")}` : ""}`;
}

function describeArray(schema: JsonSchema): string {
  const { minItems, maxItems } = schema;
  const size = [
    minItems === undefined ? "" : `at least ${minItems}`,
    maxItems === undefined ? "" : `at most ${maxItems}`,
  ].filter((part) => part !== "");
  return `a list${size.length > 0 ? ` (${size.join(", ")})` : ""} of ${describeSchema(asSchema(schema.items))}`;
}

function describeObject(schema: JsonSchema): string {
  const names = Object.keys(propertiesOf(schema));
  return names.length > 0 ? `an object with ${names.join(", ")}` : "an object";
}
