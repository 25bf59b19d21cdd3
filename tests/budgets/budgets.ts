/**
 * Holds the list of tools to its budget: what a model pays before its first call. Fails where a tool costs more
 * than tests/budgets/tools.json allows, or all of them more than the average; `--update` writes the file anew.
 */
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { packageRoot } from "../../vendor/package-root.ts";
import { budgetFaults, type ToolBudget } from "./judge.ts";
import { listedTools, tokensOf } from "./measure.ts";

const root = packageRoot();
const file = join(root, "tests/budgets/tools.json");

const tools = await listedTools(join(root, "dist/main.js"));
const measured: ToolBudget = {
  average: Math.round(tokensOf({ tools }) / tools.length),
  tools: Object.fromEntries(tools.map((tool) => [tool.name, tokensOf(tool)])),
};

if (process.argv.includes("--update")) {
  writeFileSync(file, `${JSON.stringify(measured, null, 2)}\n`);
}
// The file is written by this very program.
const budget = JSON.parse(readFileSync(file, "utf8")) as ToolBudget;
const faults = budgetFaults(measured, budget);
for (const fault of faults) process.stderr.write(`budget: ${fault}\n`);
process.stdout.write(`${tools.length} tools, ${measured.average} tokens each on average\n`);
process.exitCode = faults.length > 0 ? 1 : 0;
