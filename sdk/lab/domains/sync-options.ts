/** Options in the order of their names, those of old for what takes their place. */
export function syncOptions(text: string): string {
  const parts = text.split(",").filter((part) => part.trim() !== "");
  const found = new Map(
    parts.map((part): [string, string] => [part.replace(/=.*/s, ""), part.replace(/^[^=]*=/, "")]),
  );
  const isOn = (name: string) => /^(?:1|on|yes|true)$/i.test(found.get(name) ?? "");
  const vanished = [...(isOn("full") ? ["entry", "properties"] : []), ...(isOn("purge") ? ["acl"] : [])];
  if (vanished.length > 0 && !found.has("remove-vanished")) found.set("remove-vanished", vanished.join(";"));
  found.delete("full");
  found.delete("purge");
  const fresh = found.get("enable-new");
  if (fresh !== undefined) found.set("enable-new", isOn("enable-new") ? "1" : "0");
  return [...found]
    .sort(([one], [other]) => (one < other ? -1 : 1))
    .map(([name, value]) => `${name}=${value}`)
    .join(",");
}
