/**
 * Refreshes the stored facts about the command line tools:
 *
 *     node build/vendor/pve-docs/refresh-cli.js FACTS.json --release 9.2
 *
 * FACTS.json holds what was read from the `$cmddef` tables of Proxmox VE's sources:
 * `families`, each with `commands` (nested) or `single`, and `plainTools`.
 */
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { dataFolder } from "./catalog.ts";
import { packCli, printCli } from "./cli-facts.ts";

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { release: { type: "string" } },
});
const [file] = positionals;
const { release } = values;
if (file === undefined || release === undefined || !/^\d+\.\d+$/.test(release)) {
  process.stderr.write("Usage: refresh-cli.js <facts.json> --release 9.2\n");
  process.exitCode = 2;
} else {
  const source = `the command tables of Proxmox VE ${release}'s sources`;
  const stored = packCli(JSON.parse(await readFile(file, "utf8")), source);
  const target = join(dataFolder(), "cli.json");
  await writeFile(target, printCli(stored));
  process.stdout.write(`${target}: ${Object.keys(stored.commands).length} commands\n`);
}
