/** Checks the module graph against the layering of docs/framework-architecture.md. Exits 1 with every breach. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { type ImportEdge, importsOf, sourceFiles } from "./sources.ts";

const root = process.cwd();
const MCP_SDK = "@modelcontextprotocol/sdk";
const MCP_CLIENT_OF_THE_KIT = "sdk/testing/mcp-client.ts";

/** Each rule answers what is wrong with an import, or nothing. */
const rules: ((edge: ImportEdge) => string | undefined)[] = [
  ({ from, to }) => {
    const plugin = /^plugins\/([^/]+)\//.exec(from)?.[1];
    if (plugin === undefined || !isOurs(to)) return undefined;
    if (to.startsWith(`plugins/${plugin}/`)) return undefined;
    const kit = /[/-]scenarios(\.ts|\/)/.test(from) && to === "sdk/testing/index.ts";
    return to === "sdk/index.ts" || kit
      ? undefined
      : "a plugin may import only sdk/index.ts and its own files";
  },
  ({ from, to }) =>
    from.startsWith("kernel/") && to.startsWith("plugins/") ? "the kernel names no plugin" : undefined,
  ({ from, to }) =>
    from.startsWith("sdk/") && /^(kernel|plugins)\//.test(to) ? "sdk imports only vendor" : undefined,
  ({ from, to }) =>
    from.startsWith("vendor/") && isOurs(to) && !to.startsWith("vendor/")
      ? "vendor imports nothing of ours"
      : undefined,
  ({ from, to }) =>
    to.startsWith(MCP_SDK) &&
    !from.startsWith("kernel/mcp/") &&
    from !== MCP_CLIENT_OF_THE_KIT &&
    !from.startsWith("tests/")
      ? "the MCP SDK belongs inside kernel/mcp/"
      : undefined,
  ({ from, to }) =>
    /^(kernel|plugins|sdk|vendor)\//.test(from) && /^(tests|docs|\.ci)\//.test(to)
      ? "shipped code does not import tests, docs or tools"
      : undefined,
];

function isOurs(to: string): boolean {
  return /^(kernel|plugins|sdk|vendor|tests|docs|\.ci)\//.test(to);
}

function textBreaches(file: string): string[] {
  const breaches: string[] = [];
  const lines = readFileSync(join(root, file), "utf8").split("\n");
  lines.forEach((line, index) => {
    const shipped = /^(kernel|plugins|sdk|vendor)\//.test(file);
    if (shipped && /process\.env\b/.test(line) && !file.startsWith("kernel/settings/"))
      breaches.push(`${file}:${index + 1}: process.env is read only inside kernel/settings/`);
    if (file.startsWith("kernel/") && /["'`]plugins\/[a-z]/.test(line))
      breaches.push(`${file}:${index + 1}: the kernel names no plugin`);
  });
  return breaches;
}

/** Import cycles among modules that are loaded at run time, each named once. */
function cycles(edges: readonly ImportEdge[]): string[] {
  const graph = new Map<string, string[]>();
  for (const { from, to, typeOnly } of edges)
    if (!typeOnly && isOurs(to)) graph.set(from, [...(graph.get(from) ?? []), to]);
  const done = new Set<string>();
  const found: string[] = [];
  const visit = (file: string, trail: string[]): void => {
    const start = trail.indexOf(file);
    if (start >= 0) {
      found.push(`import cycle: ${[...trail.slice(start), file].join(" -> ")}`);
      return;
    }
    if (done.has(file)) return;
    for (const next of graph.get(file) ?? []) visit(next, [...trail, file]);
    done.add(file);
  };
  for (const file of graph.keys()) visit(file, []);
  return found;
}

const files = sourceFiles(root, ["kernel", "plugins", "sdk", "vendor", "tests", "docs", ".ci"]);
const edges = files.flatMap((file) => importsOf(root, file));
const breaches = [
  ...edges.flatMap((edge) =>
    rules.flatMap((rule) => {
      const wrong = rule(edge);
      return wrong === undefined ? [] : [`${edge.from}:${edge.line}: imports ${edge.to}: ${wrong}`];
    }),
  ),
  ...files.flatMap(textBreaches),
  ...cycles(edges),
];
for (const breach of breaches) console.error(breach);
console.log(`layers: ${files.length} files, ${edges.length} imports, ${breaches.length} breaches`);
process.exitCode = breaches.length === 0 ? 0 : 1;
