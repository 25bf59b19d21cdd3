import type { ApiMethod } from "./types.ts";

const METHODS: readonly string[] = ["GET", "POST", "PUT", "DELETE"];

/** True for the methods that the API knows. */
export function isApiMethod(method: string): method is ApiMethod {
  return METHODS.includes(method);
}

/**
 * Placeholders that take the rest of the path, slashes included: volume IDs
 * and CIDRs. (pve-storage, src/PVE/API2/Storage/Status.pm and pve-firewall,
 * src/PVE/API2/Firewall/IPSet.pm: fragmentDelimiter)
 */
const GREEDY = [/\/content\/\{volume\}/, /\/ipset\/\{name\}\/\{cidr\}/];

interface Branch {
  readonly fixed: Map<string, Branch>;
  variable: { readonly name: string; readonly greedy: boolean; readonly branch: Branch } | undefined;
  template: string | undefined;
}

/** A template with the values of its placeholders. */
export interface TemplateMatch {
  readonly template: string;
  readonly values: Readonly<Record<string, string>>;
}

function newBranch(): Branch {
  return { fixed: new Map(), variable: undefined, template: undefined };
}

function isGreedy(template: string, placeholder: string): boolean {
  return GREEDY.some((pattern) => pattern.test(template)) && template.endsWith(`{${placeholder}}`);
}

function insert(root: Branch, template: string): void {
  let branch = root;
  for (const part of template.split("/").filter((text) => text !== "")) {
    const placeholder = /^\{(.+)\}$/.exec(part)?.[1];
    if (placeholder === undefined) {
      const next: Branch = branch.fixed.get(part) ?? newBranch();
      branch.fixed.set(part, next);
      branch = next;
    } else {
      branch.variable ??= {
        name: placeholder,
        greedy: isGreedy(template, placeholder),
        branch: newBranch(),
      };
      branch = branch.variable.branch;
    }
  }
  branch.template = template;
}

/** Decodes as the server does: the whole path, before it is cut into parts; bad escapes stay. */
function decodePath(path: string): string {
  return path.replace(/(?:%[0-9a-fA-F]{2})+/g, (escaped) => {
    const bytes = escaped
      .slice(1)
      .split("%")
      .map((hex) => Number.parseInt(hex, 16));
    return new TextDecoder().decode(Uint8Array.from(bytes));
  });
}

/** Finds the template of a concrete path; fixed parts win over placeholders. */
export function createMatcher(templates: Iterable<string>): (path: string) => TemplateMatch | undefined {
  const root = newBranch();
  for (const template of templates) insert(root, template);

  return (path) => {
    const parts = decodePath(path)
      .split("/")
      .filter((text) => text !== "");
    const values: Record<string, string> = {};
    let branch = root;
    for (let at = 0; at < parts.length; at++) {
      const part = parts[at] ?? "";
      const fixed = branch.fixed.get(part);
      if (fixed !== undefined) {
        branch = fixed;
        continue;
      }
      if (branch.variable === undefined) return undefined;
      const { name, greedy, branch: next } = branch.variable;
      values[name] = greedy ? parts.slice(at).join("/") : part;
      branch = next;
      if (greedy) break;
    }
    return branch.template === undefined ? undefined : { template: branch.template, values };
  };
}
