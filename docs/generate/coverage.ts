import { type ApiPath, type Area, apiAreas, keysOf } from "./areas.ts";
import { code, table } from "./markdown.ts";
import { header, type Page } from "./page.ts";
import { type DocumentedPlugin, type DocumentedTool, toolsByEndpoint } from "./plugins.ts";
import { newestFirst } from "./releases.ts";

const METHODS = ["GET", "POST", "PUT", "DELETE"] as const;

/** What the server itself calls in the course of any call; where one of its own tools shows it, that tool. */
export const SERVER_USES: ReadonlyMap<string, string> = new Map([
  ["GET /cluster/resources", "*inventory*"],
  ["GET /version", "`proxmox_capabilities`"],
  ["GET /nodes/{node}/tasks/{upid}/status", "`job_get`"],
  ["GET /nodes/{node}/tasks/{upid}/log", "`job_logs`"],
  ["DELETE /nodes/{node}/tasks/{upid}", "`job_cancel`"],
  ["POST /access/ticket", "*sign-in*"],
]);

/** More tools than these are counted. */
const MOST_NAMES = 6;

const INTRO = `Every endpoint of the API, and what reaches it: a tool that is made for it, or \`call\`, which is
\`proxmox_api_call\`: any one endpoint, on the same road, with the risk and privileges of the call. An empty
cell: the path does not have the method. A version behind an entry: only that one has it. What needs a web
socket (consoles, tunnels) or sends a file answers a call, but a call cannot go on with it.

`;

type ToolsByEndpoint = ReadonlyMap<string, readonly Pick<DocumentedTool, "tool">[]>;

function reachedBy(key: string, tools: ToolsByEndpoint): string {
  const names = [...new Set((tools.get(key) ?? []).map(({ tool }) => tool.name))].sort();
  const server = SERVER_USES.get(key);
  const all = [...(server === undefined ? [] : [server]), ...names.map(code)];
  if (all.length === 0) return "call";
  const more = all.length - MOST_NAMES;
  return `${all.slice(0, MOST_NAMES).join(", ")}${more > 0 ? ` and ${more} more` : ""}`;
}

/** ` (9.2)` where only some releases have it. */
function onlyIn(releases: ReadonlySet<string>): string {
  const all = newestFirst();
  return all.every((release) => releases.has(release))
    ? ""
    : ` (${all.filter((release) => releases.has(release)).join(", ")})`;
}

function pathRow({ path, methods }: ApiPath, tools: ToolsByEndpoint): readonly string[] {
  const marks = [...methods.values()].map((releases) => onlyIn(new Set(releases.keys())));
  const common = new Set(marks).size === 1 ? (marks[0] ?? "") : undefined;
  const cells = METHODS.map((method) => {
    const releases = methods.get(method);
    if (releases === undefined) return "";
    const mark = common === undefined ? onlyIn(new Set(releases.keys())) : "";
    return `${reachedBy(`${method} ${path}`, tools)}${mark}`;
  });
  return [`${code(path)}${common ?? ""}`, ...cells];
}

function counts(keys: readonly string[], tools: ToolsByEndpoint): readonly string[] {
  const typed = keys.filter((key) => tools.has(key) || SERVER_USES.has(key)).length;
  return [String(keys.length), String(typed)];
}

function summary(areas: readonly Area[], tools: ToolsByEndpoint): string {
  const releases = newestFirst();
  const rows = areas.map((area) => [
    `[${code(area.name)}](#${anchor(area.name)})`,
    ...releases.flatMap((release) => counts(keysOf(area, release), tools)),
  ]);
  const all = releases.flatMap((release) =>
    counts(
      areas.flatMap((area) => keysOf(area, release)),
      tools,
    ),
  );
  const columns = releases.flatMap((release) => [`${release}: endpoints`, "by a tool"]);
  return table(["Area", ...columns], [...rows, ["all", ...all]]);
}

/** The anchor that GitHub gives a heading of a path. */
function anchor(path: string): string {
  return path.toLowerCase().replaceAll(/[^a-z0-9_-]/g, "");
}

/** `docs/reference/coverage.md`. */
export function coveragePage(plugins: readonly DocumentedPlugin[]): Page {
  return {
    file: "docs/reference/coverage.md",
    render: () => {
      const tools = toolsByEndpoint(plugins);
      const areas = apiAreas();
      const chapters = areas.map(
        (area) =>
          `\n## ${code(area.name)}\n\n${table(
            ["Path", ...METHODS],
            area.paths.map((path) => pathRow(path, tools)),
          )}`,
      );
      return [
        header("Coverage", "vendor/pve-docs and the tools' uses"),
        INTRO,
        summary(areas, tools),
        ...chapters,
      ].join("");
    },
  };
}
