/** Runs `work` on every item, at most `limit` at a time; answers in the order of the items. */
export async function inParallel<Item, Answer>(
  limit: number,
  items: readonly Item[],
  work: (item: Item) => Promise<Answer>,
): Promise<readonly Answer[]> {
  const answers = new Map<number, Answer>();
  const queue = items.entries();
  const worker = async () => {
    for (const [index, item] of queue) answers.set(index, await work(item));
  };
  await Promise.all(Array.from({ length: limit }, worker));
  return [...answers].sort(([a], [b]) => a - b).map(([, answer]) => answer);
}
