/** Writes the generated pages; with `--check` only compares them and fails where one is stale. */
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { codeLayout } from "../../sdk/plugin-files/layout.ts";
import { allPages, GENERATED_FOLDERS } from "./pages.ts";

const layout = codeLayout(process.cwd());
const checkOnly = process.argv.includes("--check");
const pages = await allPages(layout);
const stale: string[] = [];

for (const page of pages) {
  const file = join(layout.root, page.file);
  const present = existsSync(file) ? readFileSync(file, "utf8") : undefined;
  const wanted = await page.render(present);
  if (present === wanted) continue;
  stale.push(page.file);
  if (checkOnly) continue;
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, wanted);
}

for (const name of leftOver()) {
  stale.push(name);
  if (!checkOnly) rmSync(join(layout.root, name));
}

if (checkOnly && stale.length > 0) {
  console.error(`Stale, run "npm run docs" and commit: ${stale.join(", ")}`);
  process.exitCode = 1;
} else console.log(stale.length === 0 ? "All generated pages are current." : `Written: ${stale.join(", ")}`);

/** Pages of tools and plugins that do not exist any more. */
function leftOver(): readonly string[] {
  const wanted = new Set(pages.map(({ file }) => file));
  return GENERATED_FOLDERS.flatMap((folder) =>
    existsSync(join(layout.root, folder))
      ? readdirSync(join(layout.root, folder))
          .filter((name) => name.endsWith(".md"))
          .map((name) => `${folder}/${name}`)
      : [],
  ).filter((file) => !wanted.has(file));
}
