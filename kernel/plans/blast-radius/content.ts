import type { Inventory } from "../../../sdk/reader.ts";
import type { Look, Row } from "./look.ts";

/** Nodes that are asked about one storage. */
const MOST_NODES = 8;

/** What a storage holds, as far as it could be seen. */
export interface StorageContent {
  readonly rows: readonly Row[];
  /** What could not be looked at, in words. */
  readonly unseen: readonly string[];
}

/**
 * The volumes of a storage: a shared one by one list, another by a list a node that has it. Nodes that are
 * down, too many, or do not answer are named.
 */
export async function storageContent(storage: string, look: Look, only?: string): Promise<StorageContent> {
  const seen = await look.inventory();
  if (seen.kind !== "seen") return { rows: [], unseen: [`volumes on storage ${storage}`] };
  const { ask, down, left } = whom(storage, seen.value, only);
  const answers = await Promise.all(
    ask.map((node) => look.rows("/nodes/{node}/storage/{storage}/content", { node, storage })),
  );
  const unseen = answers.flatMap((answer) => (answer.kind === "unseen" ? [answer.why] : []));
  return {
    rows: answers.flatMap((answer) => (answer.kind === "seen" ? answer.value : [])),
    unseen: [
      ...unseen.map((why) => `volumes on storage ${storage} (${why})`),
      ...(down.length === 0
        ? []
        : [`volumes on storage ${storage} of ${down.join(", ")}, where it is not to be reached`]),
      ...(left === 0
        ? []
        : [`volumes on storage ${storage} of ${left} more nodes: only ${MOST_NODES} are asked`]),
      ...(ask.length + down.length === 0 ? [`volumes on storage ${storage}, which no node shows`] : []),
    ],
  };
}

function whom(
  storage: string,
  { nodes, storages }: Inventory,
  only: string | undefined,
): { ask: readonly string[]; down: readonly string[]; left: number } {
  const places = storages.filter((one) => one.storage === storage);
  const online = new Set(nodes.filter(({ status }) => status === "online").map(({ node }) => node));
  const isUp = (one: (typeof places)[number]) => online.has(one.node) && one.status === "available";
  const up = places.filter(isUp).map(({ node }) => node);
  const shared = places.some((one) => one.shared);
  const wanted = only !== undefined && up.includes(only) ? [only] : undefined;
  if (shared && up.length > 0) return { ask: wanted ?? up.slice(0, 1), down: [], left: 0 };
  if (only !== undefined) return { ask: wanted ?? [], down: wanted ? [] : [only], left: 0 };
  const down = places.filter((one) => !isUp(one)).map(({ node }) => node);
  return { ask: up.slice(0, MOST_NODES), down, left: Math.max(0, up.length - MOST_NODES) };
}
