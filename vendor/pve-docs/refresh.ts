/**
 * Refreshes the stored API of one release:
 *
 *     node build/vendor/pve-docs/refresh.js SOURCE --release 9.2 [--version 9.2.3]
 *
 * SOURCE is upstream's `apidoc.js` or facts as JSON, as a file or a URL such as
 * https://NODE:8006/pve-docs/api-viewer/apidoc.js (set NODE_EXTRA_CA_CERTS to the
 * cluster's CA for its certificate to be accepted).
 */
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { factsFromApidoc } from "./apidoc.ts";
import { dataFolder, newestRelease, releases } from "./catalog.ts";
import { packFacts, printCompact, unpackFacts } from "./compact.ts";
import type { ApiFacts } from "./facts.ts";

async function readSource(source: string): Promise<string> {
  if (!/^https?:\/\//.test(source)) return readFile(source, "utf8");
  const answer = await fetch(source);
  if (!answer.ok) throw new Error(`${source} answered ${answer.status} ${answer.statusText}`);
  return answer.text();
}

function dataFile(release: string): string {
  return join(dataFolder(), `api-${release}.json`);
}

async function storedFacts(release: string): Promise<ApiFacts> {
  return unpackFacts(JSON.parse(await readFile(dataFile(release), "utf8")));
}

async function factsOf(text: string, release: string, version: string | undefined): Promise<ApiFacts> {
  if (text.trimStart().startsWith("{")) return JSON.parse(text);
  const present = await storedFacts(releases().includes(release) ? release : newestRelease());
  return factsFromApidoc(text, present, version ?? release);
}

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { release: { type: "string" }, version: { type: "string" } },
});
const [source] = positionals;
const { release } = values;
if (source === undefined || release === undefined || !/^\d+\.\d+$/.test(release)) {
  process.stderr.write("Usage: refresh.js <apidoc.js | facts.json | URL> --release 9.2 [--version 9.2.3]\n");
  process.exitCode = 2;
} else {
  const facts = await factsOf(await readSource(source), release, values.version);
  await writeFile(dataFile(release), printCompact(packFacts(release, facts)));
  process.stdout.write(`${dataFile(release)}: ${facts.endpoints.length} endpoints\n`);
}
