import { RESERVED_WORDS } from "../../kernel/settings/cluster-names.ts";
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

## Several clusters

\`PROXMOX_CLUSTERS=prod,lab\` names them. Each then has every variable of the chapters Cluster, Sign-in, TLS,
SSH and Defaults of tools to itself, with its name in upper case after \`PROXMOX_\` and hyphens as underscores:
\`PROXMOX_PROD_HOST\`, \`PROXMOX_LAB_API_TOKEN_SECRET_FILE\`, \`PROXMOX_LAB_2_HOST\` for \`lab-2\`.

- The names without a prefix are then a fault: which cluster such a value was meant for cannot be told, so
  there are no common defaults. What no cluster sets has the default shown below.
- Names that would make a variable ambiguous are refused: those whose first word is one of
  ${RESERVED_WORDS.map((word) => `\`${word}\``).join(", ")}, and \`prod\` beside \`prod-tls\`.
- Tools of plugins take \`cluster\` as soon as there is more than one. A tool is listed when one of them can
  serve it; a call for another answers \`unsupported\` and names those that can.
- Without \`PROXMOX_CLUSTERS\` there is one cluster, named \`default\`.

## Several hosts of a cluster

\`PROXMOX_HOST=pve1,pve2,[2001:db8::3]:8443\` names several nodes of one cluster. The first is asked; when it
cannot be reached (no connection, or a certificate that is not accepted) the next is, and the first again
about a minute after it is back. A request that has gone out is never sent to another host.

- They must be nodes of the *same* cluster. That is not checked, but an API token of one cluster is not
  accepted by another.
- Each certificate is judged for its own host: \`PROXMOX_TLS_FINGERPRINT=AA:…,pve2=BB:…\` takes \`AA:…\` on all
  hosts and \`BB:…\` on \`pve2\` as well. A host without any fingerprint is checked by authorities.
- A node that is down while others answer spoils no list: results say what could not be seen.
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
