import { privilegeReport } from "../../kernel/privileges/report.ts";
import { useName } from "../../sdk/tool.ts";
import { CODE_CHECKS, loadCatalog, needText } from "../../vendor/pve-docs/index.ts";
import { code, codes, prose, table } from "./markdown.ts";
import { header, type Page } from "./page.ts";
import type { DocumentedPlugin } from "./plugins.ts";
import { newestFirst } from "./releases.ts";

const FILE = "docs/reference/privileges.md";

const HEAD = `What the account that the server signs in with has to hold. With privilege separation the API token and its
user both need it. \`proxmox_capabilities\` with \`privileges: true\` tells the same for the tools that are shown, with
what the present account lacks for them.

Proxmox VE declares permissions per endpoint, and its code checks more, by what a call asks for. Both are here.
`;

const BY_PLUGIN = `
## By plugin

*Always* is what a tool cannot be used without; *besides* is what some inputs take, and what shows more in lists.
A placeholder stands for the objects that are worked with: grant on each of them, or above them with propagation.
`;

const CHECKS = `
## What the code checks

For endpoints that tools use, beyond what they declare. *Left out otherwise*: without it nothing is refused, the
answer only has less in it.
`;

const MARKS = { name: code, words: prose };

function pluginRows({ id, tools }: DocumentedPlugin): readonly (readonly string[])[] {
  const text = (release: string, part: "required" | "further"): string =>
    privilegeReport(tools, loadCatalog(release))
      [part].map(({ path, privileges }) => `${code(path)}: ${codes(privileges)}`)
      .join("<br>") || "nothing";
  return newestFirst().map((release) => [
    code(id),
    release,
    text(release, "required"),
    text(release, "further"),
  ]);
}

/** Each check of an endpoint with the releases that make it. */
function checkRows(key: string): readonly (readonly string[])[] {
  const found = new Map<string, string[]>();
  const having: string[] = [];
  for (const release of newestFirst()) {
    const catalog = loadCatalog(release);
    const endpoint = catalog.endpoint(key);
    if (endpoint === undefined) continue;
    having.push(release);
    for (const need of catalog.privileges(endpoint).further) {
      const text = needText(need, MARKS);
      found.set(text, [...(found.get(text) ?? []), release]);
    }
  }
  return [...found].map(([text, releases]) => [
    text,
    releases.length === having.length ? "all" : releases.join(", "),
  ]);
}

function endpointChapter(key: string): string {
  const entry = CODE_CHECKS.find(({ endpoints }) => endpoints.some((one) => one === key));
  const rows = checkRows(key);
  if (entry === undefined || rows.length === 0) return "";
  const origins = [...new Set(entry.checks.map(({ origin }) => origin ?? entry.origin))];
  return `\n### ${code(key)}\n\nRead from ${origins.map(prose).join("; ")}.\n\n${table(["Takes", "Releases"], rows)}`;
}

/** `docs/reference/privileges.md`: privileges by plugin, and what the code of endpoints checks. */
export function privilegePage(plugins: readonly DocumentedPlugin[]): Page {
  return {
    file: FILE,
    render: () => {
      const uses = new Set(
        plugins.flatMap(({ tools }) => tools.flatMap(({ tool }) => tool.uses.map(useName))),
      );
      return [
        header("Privileges", "the plugins' uses, the API's declarations and vendor/pve-docs/code-checks"),
        HEAD,
        `${BY_PLUGIN}\n${table(["Plugin", "Proxmox VE", "Always", "Besides"], plugins.flatMap(pluginRows))}`,
        CHECKS,
        ...[...uses].toSorted(byPath).map(endpointChapter),
      ].join("");
    },
  };
}

function byPath(a: string, b: string): number {
  const path = (key: string): string => key.replace(/^(\S+) (.*)$/, "$2 $1");
  return path(a) < path(b) ? -1 : 1;
}
