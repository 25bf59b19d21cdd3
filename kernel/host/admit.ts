import type { Outcome } from "./outcome.ts";

/**
 * Gives out tool names in order: built-in plugins as the registry lists them, then private
 * ones as the path does. Who comes second with a name is refused as a whole.
 */
export function admit(outcomes: readonly Outcome[]): readonly Outcome[] {
  const owners = new Map<string, string>();
  return outcomes.map((outcome) => {
    if (!("opened" in outcome)) return outcome;
    const { source, opened } = outcome;
    const taken = opened.tools.flatMap(({ name }) => {
      const owner = owners.get(name);
      return owner === undefined ? [] : [`the tool ${name} is already offered by the plugin "${owner}"`];
    });
    if (taken.length > 0) return { source, fault: taken.join("; ") };
    for (const { name } of opened.tools) owners.set(name, source.id);
    return outcome;
  });
}
