/** Texts that are there and not empty: the files keep no others. */
export function defined(fields: Readonly<Record<string, string | undefined>>): Record<string, string> {
  const kept: Record<string, string> = {};
  for (const [key, value] of Object.entries(fields))
    if (value !== undefined && value !== "") kept[key] = value;
  return kept;
}
