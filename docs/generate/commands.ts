import {
  type CliCommand,
  cliCommands,
  cliSource,
  LOCAL_NODE,
  newestRelease,
} from "../../vendor/pve-docs/index.ts";
import { code, codes, table } from "./markdown.ts";
import { NEAR_ENDPOINTS } from "./near-endpoints.ts";
import { header, type Page } from "./page.ts";
import { type DocumentedPlugin, toolsByEndpoint } from "./plugins.ts";

const INTRO = `For whoever knows the commands of a node: what each one is in the API, and the tool that does it.
\`proxmox_api_call\` makes any one call of the API. Where the API says *none*, only the command line does just
that; the nearest endpoint is named where there is one. The facts are from `;

const RULES = `- \`qm start <vmid>\`: parameters by position; \`<…>…\` takes several. All others are \`--options\`.
- A command works on the node that it is run on: the parameter \`node\` is that node's name. Values that a command
  sets besides stand behind the endpoint.
- *task*: the endpoint starts a task. Most commands wait for its end, those marked *prints UPID* do not.
`;

function usage({ command, args, rest, required }: CliCommand): string {
  const places = args.map((name) => (required.includes(name) ? `<${name}>` : `[<${name}>]`));
  return code([command, ...places, ...(rest === undefined ? [] : [`<${rest}>…`])].join(" "));
}

function fixedText({ fixed }: CliCommand): string {
  const set = Object.entries(fixed).filter(([, value]) => value !== LOCAL_NODE);
  return set.length === 0 ? "" : ` with ${codes(set.map(([name, value]) => `${name}=${value}`))}`;
}

function taskText({ task, waits }: CliCommand): string {
  if (!task) return "";
  return waits ? ", *task*" : ", *task, prints UPID*";
}

function behind(command: CliCommand): string {
  const { alias, endpoint, verb, daemon } = command;
  if (alias !== undefined) return `same as ${code(alias)}`;
  if (endpoint !== undefined) return `${code(endpoint)}${fixedText(command)}${taskText(command)}`;
  if (verb !== undefined) return `${code(verb)} of the given path`;
  const near = NEAR_ENDPOINTS[command.command];
  if (near !== undefined) return `none; nearest: ${code(near)}`;
  return daemon ? "none; controls the service" : "none";
}

function toolText(
  { command, alias, endpoint = NEAR_ENDPOINTS[command], verb }: CliCommand,
  tools: ReturnType<typeof toolsByEndpoint>,
): string {
  if (alias !== undefined) return "";
  if (verb !== undefined) return code("proxmox_api_call");
  if (endpoint === undefined) return "";
  const names = (tools.get(endpoint) ?? []).map(({ tool }) => tool.name);
  return codes(names.length === 0 ? ["proxmox_api_call"] : [...new Set(names)].sort());
}

/** `docs/reference/commands.md`. */
export function commandsPage(plugins: readonly DocumentedPlugin[]): Page {
  return {
    file: "docs/reference/commands.md",
    render: () => {
      const tools = toolsByEndpoint(plugins);
      const listed = cliCommands().filter(({ plain }) => !plain);
      const chapters = [...new Set(listed.map(({ family }) => family))].map((family) => {
        const rows = listed
          .filter((command) => command.family === family)
          .map((command) => [usage(command), behind(command), toolText(command, tools)]);
        return `\n## ${family}\n\n${table(["Command", "API", "Tool"], rows)}`;
      });
      const plain = cliCommands().filter((command) => command.plain);
      return [
        header("Commands", "vendor/pve-docs/data/cli.json and the tools' uses"),
        `${INTRO}${cliSource()}; endpoints are those of Proxmox VE ${newestRelease()}.\n\n`,
        RULES,
        ...chapters,
        `\n## Programs of their own\n\nWithout an API method: ${codes(plain.map(({ command }) => command))}.\n`,
      ].join("");
    },
  };
}
