import { DEFINITIONS, type Definition, GROUPS, SETTING_NAMES } from "../../kernel/settings/definitions.ts";
import { table } from "./markdown.ts";
import { header, type Page } from "./page.ts";

const RULES = `The server is set up by environment variables alone, read once at the start.

- Every variable can also be given as \`NAME_FILE\`: the path of a file that holds the value, as container
  secrets are. One newline at its end is dropped. Setting both is a fault.
- An empty variable counts as not set.
- Bad settings stop the start, with all faults at once on stderr. A \`PROXMOX_\` name that is not listed here
  is ignored with a warning; one that differs by a slip or two from a real one stops the start.
- Sign-in takes either an API token (all four \`PROXMOX_API_TOKEN_*\`) or \`PROXMOX_USERNAME\` with
  \`PROXMOX_PASSWORD\`, never both.
`;

/** `docs/settings.md`. */
export const settingsPage: Page = { file: "docs/settings.md", render };

/** The page as Markdown. */
export function render(): string {
  return [`${header("Settings", "kernel/settings/definitions.ts")}${RULES}`, ...GROUPS.map(chapter)].join(
    "\n",
  );
}

function chapter(group: (typeof GROUPS)[number]): string {
  const rows = SETTING_NAMES.filter((name) => DEFINITIONS[name].group === group).map((name) =>
    row(name, DEFINITIONS[name]),
  );
  return `## ${group}\n\n${table(["Variable", "Default", "Accepted", "What it is"], rows)}`;
}

function row(name: string, definition: Definition<unknown>): readonly string[] {
  return [`\`${name}\``, shownDefault(definition), definition.accepts, definition.describe];
}

function shownDefault({ fallback, shownDefault: shown, required }: Definition<unknown>): string {
  if (required === true) return "**required**";
  return shown ?? (fallback === undefined ? "none" : `\`${String(fallback)}\``);
}
