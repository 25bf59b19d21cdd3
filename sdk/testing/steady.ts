import { isDeepStrictEqual } from "node:util";
import type { ClusterReader } from "./cluster-reader.ts";
import { ScenarioFailure } from "./expect.ts";

const ATTEMPTS = 8;

/**
 * What a path answers and what `look` answers at a time when the first stood still, so that the two can be compared.
 * Throws a {@link ScenarioFailure} where the path answers something else with every look.
 */
export async function steadily<Seen, Answer>(
  cluster: Pick<ClusterReader, "get">,
  path: string,
  look: () => Promise<Answer>,
): Promise<{ readonly seen: Seen; readonly answer: Answer }> {
  for (let attempt = 0; attempt < ATTEMPTS; attempt += 1) {
    const before = await cluster.get<Seen>(path);
    const answer = await look();
    const seen = await cluster.get<Seen>(path);
    if (isDeepStrictEqual(before, seen)) return { seen, answer };
  }
  throw new ScenarioFailure(`${path} answers something else with every look`);
}
