import { execFileSync } from "node:child_process";
import { join } from "node:path";
import { expect, test } from "@jest/globals";
import { packageRoot } from "../../vendor/package-root.ts";

const BEGIN = "let least=Infinity,most=-Infinity;const end=performance.now()+1500;";
const LOOP =
  "while(performance.now()<end){const off=Date.now()-performance.timeOrigin-performance.now();least=Math.min(least,off);most=Math.max(most,off);}";
const SHOW = "console.log(JSON.stringify([least,most,new Date().getFullYear()>2000]));";

test("the clock of a process goes forward and back by hours", () => {
  const clock = join(packageRoot(), "build/tests/campaign/clock.js");
  const shown = execFileSync(
    process.execPath,
    [`--import=file://${clock}?seed=a`, "-e", BEGIN + LOOP + SHOW],
    { encoding: "utf8" },
  );
  const [least, most, isDate]: [number, number, boolean] = JSON.parse(shown);
  expect(most - least).toBeGreaterThanOrEqual(3_600_000);
  expect(isDate).toBe(true);
});
