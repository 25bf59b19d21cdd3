import type { ParamSchema } from "../../sdk/index.ts";

/** A parameter in one line: `integer 1..64, optional, default 1`. */
export function describeParameter(schema: ParamSchema): string {
  return [
    typeOf(schema),
    schema.optional === true ? "optional" : "required",
    ...(schema.default === undefined ? [] : [`default ${String(schema.default)}`]),
    ...(schema.indexed === true ? [`numbered 0..${schema.maxIndex ?? "n"}`] : []),
    ...(schema.requires === undefined ? [] : [`needs ${schema.requires}`]),
    ...(schema.pattern === undefined ? [] : [`pattern ${schema.pattern}`]),
    ...(schema.maxLength === undefined ? [] : [`at most ${schema.maxLength} characters`]),
  ].join(", ");
}

function typeOf(schema: ParamSchema): string {
  if (schema.enum !== undefined) return schema.enum.join("|");
  const { type = "string", minimum, maximum, format } = schema;
  const range = minimum === undefined && maximum === undefined ? "" : ` ${minimum ?? ""}..${maximum ?? ""}`;
  if (type === "array") return `list of ${schema.items === undefined ? "values" : typeOf(schema.items)}`;
  return `${type}${range}${format === undefined ? "" : ` (${formatOf(format)})`}`;
}

function formatOf(format: NonNullable<ParamSchema["format"]>): string {
  if (typeof format === "string") return format;
  const fields = Object.entries(format)
    .filter(([, field]) => field.alias === undefined && field.keyAlias === undefined)
    .map(([name, field]) => {
      const shown = field.defaultKey ? `[${name}=]` : `${name}=`;
      return `${shown}${field.enum?.join("|") ?? field.type ?? "…"}`;
    });
  return fields.join(",");
}
