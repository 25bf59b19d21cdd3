import { createHash } from "node:crypto";

/** Some of the items, the same ones for the same seed. Items are known by name, so that another item changes little. */
export function sample<Item>(
  items: readonly Item[],
  count: number,
  seed: string,
  nameOf: (item: Item) => string,
): readonly Item[] {
  const rank = (item: Item) =>
    createHash("sha256")
      .update(`${seed}\n${nameOf(item)}`)
      .digest("hex");
  return items
    .map((item) => ({ item, rank: rank(item) }))
    .sort((a, b) => (a.rank < b.rank ? -1 : 1))
    .slice(0, count)
    .map(({ item }) => item);
}
