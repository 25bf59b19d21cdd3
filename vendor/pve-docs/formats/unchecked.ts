import { loadCatalog } from "../catalog.ts";
import type { ParamSchema } from "../types.ts";
import { namedFormat } from "./index.ts";

function collect(schema: ParamSchema, names: Set<string>): void {
  const { format, items, properties, oneOf } = schema;
  if (typeof format === "string") names.add(format);
  const inner = [
    ...Object.values(typeof format === "object" ? format : {}),
    ...Object.values(properties ?? {}),
    ...(items === undefined ? [] : [items]),
    ...(oneOf ?? []),
  ];
  for (const part of inner) collect(part, names);
}

/** Named formats of a release whose rule we have not written, in order: their values are accepted unchecked. */
export function uncheckedFormats(release: string): readonly string[] {
  const names = new Set<string>();
  for (const { parameters } of loadCatalog(release).endpoints) {
    for (const schema of Object.values(parameters)) collect(schema, names);
  }
  return [...names].filter((name) => namedFormat(name) === undefined).sort();
}
