/** Writes the generated pages; with `--check` only compares them and fails where one is stale. */
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { errorsPage } from "./errors.ts";
import type { Page } from "./page.ts";
import { render as renderSettings } from "./settings.ts";

const pages: readonly Page[] = [{ file: "docs/settings.md", render: renderSettings }, errorsPage];
const root = process.cwd();
const checkOnly = process.argv.includes("--check");
const stale: string[] = [];

for (const page of pages) {
  const file = join(root, page.file);
  const wanted = await page.render();
  if (existsSync(file) && readFileSync(file, "utf8") === wanted) continue;
  stale.push(page.file);
  if (checkOnly) continue;
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, wanted);
}

if (checkOnly && stale.length > 0) {
  console.error(`Stale, run "npm run docs" and commit: ${stale.join(", ")}`);
  process.exitCode = 1;
} else console.log(stale.length === 0 ? "All generated pages are current." : `Written: ${stale.join(", ")}`);
