import { expect, test } from "@jest/globals";
import { packageRoot } from "../../vendor/package-root.ts";
import { MOST_MEMORY_MB, measureTransfer } from "../bench/transfer.ts";

test.each(["node", "container"] as const)(
  "a large file goes to a %s and back without being held in memory",
  async (way) => {
    // Several times what the process may hold; the figure for 1 GB is among the benchmarks.
    const { same, maxRssMb } = await measureTransfer(packageRoot(), 256_000_000, way);
    expect(same).toBe(true);
    expect(maxRssMb).toBeLessThan(MOST_MEMORY_MB);
  },
  120_000,
);
