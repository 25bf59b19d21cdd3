import { ParseFault } from "./errors.ts";
import { type Parser, parts, quote } from "./parsers.ts";

/** How the variables of the only cluster begin. */
export const PLAIN_PREFIX = "PROXMOX_";

/** Name of the only cluster where none is named. */
export const ONLY_CLUSTER = "default";

/** First words of the variables that each cluster has of its own. */
export const CLUSTER_WORDS = ["HOST", "API", "USERNAME", "PASSWORD", "TLS", "SHELL", "DEFAULT"] as const;

/**
 * Words that no cluster may be named by: they begin variables of ours, may come to do so, or (`ve`) begin
 * those of other programs.
 */
export const RESERVED_WORDS: readonly string[] = [
  ...CLUSTER_WORDS.map((word) => word.toLowerCase()),
  ...["mcp", "cluster", "clusters", "file", "ssh", "cli", "guest", "agent", "winrm", "ve"],
];

const NAME = /^[a-z][a-z0-9]*(?:-[a-z0-9]+)*$/;
const PLAIN_NAME = new RegExp(`\\b${PLAIN_PREFIX}(?=(?:${CLUSTER_WORDS.join("|")})(?![A-Z0-9]))`, "g");

/** How the variables of a named cluster begin: `PROXMOX_PROD_`. */
export function prefixOf(cluster: string): string {
  return `${PLAIN_PREFIX}${cluster.replaceAll("-", "_").toUpperCase()}_`;
}

/** A variable of a cluster under its prefix: `PROXMOX_HOST` as `PROXMOX_PROD_HOST`. */
export function prefixed(name: string, prefix: string): string {
  return prefix + name.slice(PLAIN_PREFIX.length);
}

/** A text that speaks of a cluster's variables, with the names that they have under its prefix. */
export function withPrefix(text: string, prefix: string): string {
  return prefix === PLAIN_PREFIX ? text : text.replaceAll(PLAIN_NAME, prefix);
}

/** Names of clusters, none of which makes a variable that could be another's. */
export const clusterNames: Parser<readonly string[]> = (text) => {
  const names = parts(text, /[,\s]+/);
  if (names.length === 0) throw new ParseFault("no name is given");
  for (const name of names) {
    const [word = name] = name.split("-");
    if (!NAME.test(name)) throw new ParseFault(`${quote(name)} is not a name for a cluster`);
    if (RESERVED_WORDS.includes(word)) {
      throw new ParseFault(
        `"${name}" cannot be a cluster's name`,
        `another word than ${word}: ${prefixOf(word)}… are names of other variables`,
      );
    }
  }
  const twice = names.find((name, index) => names.indexOf(name) !== index);
  if (twice !== undefined) throw new ParseFault(`"${twice}" is named twice`);
  refuseAmbiguous(names);
  return names;
};

/** `prod` and `prod-tls`: PROXMOX_PROD_TLS_… would belong to either. */
function refuseAmbiguous(names: readonly string[]): void {
  for (const name of names) {
    const other = names.find((shorter) => {
      const [word] = name.startsWith(`${shorter}-`) ? name.slice(shorter.length + 1).split("-") : [];
      return word !== undefined && RESERVED_WORDS.includes(word);
    });
    if (other === undefined) continue;
    throw new ParseFault(`"${other}" and "${name}" cannot be told apart in ${prefixOf(name)}…`);
  }
}
