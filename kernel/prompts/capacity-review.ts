import { CLUSTER, NODE, onCluster, paragraphs, RULES, STORAGE } from "./parts.ts";
import type { Look } from "./toolbox.ts";
import type { Prompt, PromptInput } from "./types.ts";

const LOOKS: readonly Look[] = [
  {
    what: "Counts and use of the whole cluster",
    reads: ["GET /cluster/resources"],
    like: "_inventory_overview",
  },
  { what: "Use of each node", reads: ["GET /cluster/resources"], like: "_node_list" },
  {
    what: "Memory, swap, CPUs and load of the fullest nodes",
    reads: ["GET /nodes/{node}/status"],
  },
  {
    what: "The guests with the most memory, then with the most CPUs (sort, limit 20)",
    reads: ["GET /cluster/resources"],
    like: "_vm_list",
  },
  {
    what: "The same of containers",
    reads: ["GET /cluster/resources"],
    like: "_lxc_list",
  },
  { what: "Size and use of the storages of each node", reads: ["GET /nodes/{node}/storage"] },
  {
    what: "Trend of the fullest nodes (timeframe month)",
    reads: ["GET /nodes/{node}/rrddata"],
  },
];

/** Whether there is enough of everything. */
export const capacityReview: Prompt = {
  name: "capacity-review",
  title: "Review capacity",
  description: "Compares what guests were given and use with what nodes and storages have.",
  arguments: [NODE, STORAGE, CLUSTER],
  text: (input, tools) =>
    paragraphs(
      `Review the capacity${scope(input)}${onCluster(input)}.`,
      `Look at:\n${tools.steps(LOOKS)}`,
      "Conclude with one table a node (memory and CPUs there are, given to guests, used) and one of storages (size, used, share). Say whether the guests of the fullest node would fit on the others if it failed. Name what is above 80 %, what is given out more than once over (thin disks, memory), what is idle, and when something runs out if the trend goes on. End with the three changes that would help most.",
      RULES,
    ),
};

function scope({ node, storage }: PromptInput): string {
  const parts = [node && `node ${node}`, storage && `storage ${storage}`].filter(Boolean);
  return parts.length > 0 ? ` of ${parts.join(" and ")}` : "";
}
