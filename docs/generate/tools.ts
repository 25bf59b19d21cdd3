import { withCommonInputs } from "../../kernel/call/common-inputs.ts";
import { type DetourUse, detourUse } from "../../kernel/host/detour-uses.ts";
import type { KernelTool } from "../../kernel/host/types.ts";
import type { Risk } from "../../sdk/risk.ts";
import { type DefinedTool, type Use, useName } from "../../sdk/tool.ts";
import { loadCatalog } from "../../vendor/pve-docs/index.ts";
import { inputsText } from "./inputs.ts";
import { code, codes, prose, table } from "./markdown.ts";
import { header, type Page } from "./page.ts";
import type { DocumentedPlugin, DocumentedTool } from "./plugins.ts";
import { endpointAnchor, hasFurther, privilegesText } from "./privileges.ts";
import { newestFirst, perRelease } from "./releases.ts";
import { resultText } from "./results.ts";

const COMMON = `Inputs that the server adds:

- \`cluster\`, to every tool, where more than one cluster is configured;
- to every tool that changes something:
`;

const LISTS = `
## Lists

A list answers counts first, then one table. Its inputs mean the same in every tool: \`filter\` compares by field
(\`name\` finds a part of it, or a pattern with \`*\` and \`?\`; \`text\` a part of any cell; other fields as a
whole; case does not count), \`fields\` names the columns, \`sort\` a column (\`-\` before it: descending),
\`limit\` the rows of a page, \`cursor\` the next page, as the answer before gave it. The columns are those that the
tool's page names under *Answers*.
`;

const LEGEND = `
## Risk, validation, privileges

A tool is shown when its lowest risk is within \`PROXMOX_MCP_ACCESS\` and its validation reaches
\`PROXMOX_MCP_MIN_VALIDATION\`; each call is judged by the risk of what it would do.
Validation is evidence: \`lab\` or \`live\` once a scenario of the present code has passed there,
\`experimental\` until then. The API's own answers limit what a tool sees to what the signed-in user may see;
finding a guest, its node and what lists show takes \`GET /cluster/resources\`.
Which privileges on which paths all of this takes: [Privileges](privileges.md).
`;

/** From a plugin's page to what all lists share. */
const LISTS_LINK = "../tools.md#lists";

/** Lowest to highest, as one text. */
export function riskText(lowest: Risk, highest: Risk): string {
  return lowest === highest ? lowest : `${lowest} to ${highest}`;
}

/** Link to a tool's place on its plugin's page. */
function toolLink(name: string, page: string): string {
  return `[${code(name)}](${page}#${name})`;
}

function statusText(documented: DocumentedTool, release: string): string {
  return documented.validation(release)?.status ?? "not there";
}

/** `docs/reference/tools.md`: every tool in a line. */
export function toolsIndex(plugins: readonly DocumentedPlugin[], kernel: readonly KernelTool[]): Page {
  const releases = newestFirst();
  const chapters = plugins.map(({ id, title, tools }) => {
    const rows = tools.map((documented) => [
      toolLink(documented.tool.name, `tools/${id}.md`),
      prose(documented.tool.title),
      riskText(documented.lowest, documented.tool.risk),
      ...releases.map((release) => statusText(documented, release)),
    ]);
    const columns = ["Tool", "What", "Risk", ...releases.map((release) => `On ${release}`)];
    return `\n## ${prose(title)} (${code(id)})\n\n${table(columns, rows)}`;
  });
  const own = kernel.map(({ name, title, risk }) => [toolLink(name, "tools/kernel.md"), prose(title), risk]);
  return {
    file: "docs/reference/tools.md",
    render: () =>
      [
        header("Tools", "the plugins' definitions and their evidence"),
        COMMON,
        `\n${inputsText(withCommonInputs({ type: "object" }, "guest_change", { clusters: [] }))}`,
        LISTS,
        LEGEND,
        ...chapters,
        `\n## The server's own\n\nAlways there.\n\n${table(["Tool", "What", "Risk"], own)}`,
      ].join(""),
  };
}

function useRow(use: Use, isRead: boolean): readonly string[] {
  const key = useName(use);
  const risk = perRelease((release) => {
    const endpoint = loadCatalog(release).endpoint(key);
    return endpoint === undefined
      ? detourRisk(detourUse(key, loadCatalog(release)), isRead)
      : loadCatalog(release).risk(endpoint);
  });
  const privileges = perRelease((release) => privilegesText(loadCatalog(release), key));
  const more = newestFirst().some((release) => hasFurther(loadCatalog(release), key))
    ? `; [further](../privileges.md#${endpointAnchor(key)})`
    : "";
  return [`${code(key)}${typeof use === "string" ? "" : " (optional)"}`, risk, `${privileges}${more}`];
}

function detourRisk(detour: DetourUse | undefined, isRead: boolean): Risk | undefined {
  return isRead && detour?.reads === true ? "read" : detour?.risk;
}

function endpointsText({ uses, read }: Pick<DefinedTool, "uses" | "read">): string {
  if (uses.length === 0) return "No endpoints besides the inventory's.\n";
  if (uses.some((use) => useName(use) === "any"))
    return "Any endpoint; the privileges are those of the call.\n";
  return table(
    ["Endpoint", "Risk", "Privileges"],
    uses.map((use) => useRow(use, read !== undefined)),
  );
}

function validationText(documented: DocumentedTool): string {
  const lines = perRelease((release) => {
    const validation = documented.validation(release);
    if (validation === undefined) return undefined;
    const { status, evidence, reason } = validation;
    const where = evidence === undefined ? "" : ` (Proxmox VE ${evidence.pve}, ${evidence.at})`;
    return `${status}${where}${reason === undefined ? "" : `: ${prose(reason)}`}`;
  });
  return lines.replaceAll("<br>", "; ");
}

function evidenceText({ evidence }: DocumentedTool): string {
  if (evidence.length === 0) return "";
  const rows = evidence.map(({ where, pve, at, scenarios }) => [
    where,
    pve,
    at,
    scenarios.map(prose).join("; "),
  ]);
  return `\n${table(["Where", "Proxmox VE", "Since", "Scenarios"], rows)}`;
}

function toolText(documented: DocumentedTool): string {
  const { tool, lowest } = documented;
  const result = resultText(tool);
  const facts = [
    `- Risk: ${riskText(lowest, tool.risk)}`,
    `- Validation: ${validationText(documented)}`,
    ...(result === "" ? [] : [`- Answers: ${result}`]),
  ];
  return [
    `\n## ${tool.name}\n\n**${prose(tool.title)}.** ${prose(tool.describe)}\n\n${facts.join("\n")}\n`,
    evidenceText(documented),
    `\n${inputsText(tool.input, LISTS_LINK)}\n${endpointsText(tool)}`,
  ].join("");
}

/** `docs/reference/tools/<plugin>.md`: everything about a plugin's tools. */
export function pluginPage({ id, title, grants, tools }: DocumentedPlugin): Page {
  return {
    file: `docs/reference/tools/${id}.md`,
    render: () =>
      [
        header(`Tools: ${prose(title)}`, `plugins/${id} and its evidence`),
        `Plugin ${code(id)}; its grants are ${codes(grants)}. `,
        `Inputs that all tools share, and what the words mean: [Tools](../tools.md).\n`,
        ...tools.map(toolText),
      ].join(""),
  };
}

/** `docs/reference/tools/kernel.md`: the server's own tools. */
export function kernelPage(kernel: readonly KernelTool[]): Page {
  return {
    file: "docs/reference/tools/kernel.md",
    render: () =>
      [
        header("Tools: the server's own", "the kernel's definitions"),
        "They are always there, and belong to no plugin. Bounds are those of the default settings.\n",
        ...kernel.map(
          ({ name, title, describe, risk, inputSchema }) =>
            `\n## ${name}\n\n**${prose(title)}.** ${prose(describe)}\n\n- Risk: ${risk}\n\n${inputsText(inputSchema, LISTS_LINK)}`,
        ),
      ].join(""),
  };
}
