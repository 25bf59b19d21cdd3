import { inParallel } from "./parallel.ts";

/** Like {@link inParallel}, with something that each work has to itself while it runs; opened when first needed. */
export async function withPool<Item, Answer, Tool extends { close(): Promise<void> }>(
  limit: number,
  items: readonly Item[],
  open: () => Promise<Tool>,
  work: (item: Item, tool: Tool) => Promise<Answer>,
): Promise<readonly Answer[]> {
  const opened: Tool[] = [];
  const idle: Tool[] = [];
  const opening = async (): Promise<Tool> => {
    const tool = await open();
    opened.push(tool);
    return tool;
  };
  try {
    return await inParallel(limit, items, async (item) => {
      const tool = idle.pop() ?? (await opening());
      try {
        return await work(item, tool);
      } finally {
        idle.push(tool);
      }
    });
  } finally {
    await Promise.all(opened.map((tool) => tool.close()));
  }
}
