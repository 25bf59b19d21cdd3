import type { Catalog, PrivilegeNeed } from "../../vendor/pve-docs/index.ts";
import { needText } from "../../vendor/pve-docs/index.ts";
import type { HostedTool } from "../host/types.ts";
import type { Held } from "./held.ts";
import { furtherNeeds, lackingNeeds, requiredNeeds, toolNeeds } from "./tool-needs.ts";

/** Privileges on one ACL path. */
export interface PathPrivileges {
  readonly path: string;
  readonly privileges: readonly string[];
}

/** A tool that the present account cannot use, and what would have to be granted. */
export interface UnusableTool {
  readonly tool: string;
  readonly missing: readonly string[];
}

/** What tools take on a cluster of some release. */
export interface PrivilegeReport {
  readonly release: string;
  /** Without these a tool cannot be used at all. */
  readonly required: readonly PathPrivileges[];
  /** What some inputs take besides, and what is left out of answers otherwise. */
  readonly further: readonly PathPrivileges[];
  /** Missing where the account's own permissions could not be read. */
  readonly unusable?: readonly UnusableTool[];
}

/** What these tools take in a release, and which of them an account cannot use. */
export function privilegeReport(
  tools: readonly Pick<HostedTool, "tool">[],
  catalog: Catalog,
  held?: Held,
): PrivilegeReport {
  const needs = tools.map(({ tool }) => ({ tool: tool.name, needs: toolNeeds(tool, catalog) }));
  const always = needs.flatMap((one) => requiredNeeds(one.needs));
  const required = byPath(always.filter((need) => !isOpen(need)));
  const further = byPath([...needs.flatMap((one) => furtherNeeds(one.needs)), ...always.filter(isOpen)]);
  const unusable = (account: Held): readonly UnusableTool[] =>
    needs
      .map((one) => ({
        tool: one.tool,
        missing: [...new Set(lackingNeeds(one.needs, account).map((need) => needText(need)))],
      }))
      .filter(({ missing }) => missing.length > 0);
  return {
    release: catalog.release,
    required: listed(required),
    further: listed(without(further, required)),
    ...(held === undefined ? {} : { unusable: unusable(held) }),
  };
}

/** How many privileges, each of which suffices, still have a least one among them: the last. */
const WITH_LEAST = 3;

/** True where any of many privileges suffices: which one, the inputs decide. */
function isOpen({ any, privileges }: PrivilegeNeed): boolean {
  return any === true && privileges.length > WITH_LEAST;
}

type ByPath = ReadonlyMap<string, ReadonlySet<string>>;

function byPath(needs: readonly PrivilegeNeed[]): ByPath {
  const found = new Map<string, Set<string>>();
  for (const need of needs) {
    const { path, privileges, any } = need;
    const form = formOf(path);
    const held = found.get(form) ?? new Set();
    found.set(form, held);
    // Of several that each suffice, the least is the one to grant.
    for (const name of any === true && !isOpen(need) ? privileges.slice(-1) : privileges) held.add(name);
  }
  return found;
}

/** The same kind of path by one name: `/vms/{newid}` and `/vms/{target-vmid}` are both guests. */
function formOf(path: string): string {
  return path
    .replace(/^\/vms\/\{[^}]+\}$/, "/vms/{vmid}")
    .replace(/^\/storage\/\{[^}]+\}$/, "/storage/{storage}")
    .replace(/^\/pool\/\{[^}]+\}$/, "/pool/{pool}");
}

function without(all: ByPath, known: ByPath): ByPath {
  return new Map(
    [...all].map(([path, names]) => [
      path,
      new Set([...names].filter((name) => known.get(path)?.has(name) !== true)),
    ]),
  );
}

function listed(all: ByPath): readonly PathPrivileges[] {
  return [...all]
    .filter(([, names]) => names.size > 0)
    .map(([path, names]) => ({ path, privileges: [...names].toSorted() }))
    .toSorted((a, b) => (a.path < b.path ? -1 : 1));
}

/** A report as lines. */
export function privilegeLines(
  { release, required, further, unusable }: PrivilegeReport,
  cluster: string,
): string[] {
  const line = ({ path, privileges }: PathPrivileges): string => `${path}: ${privileges.join(", ")}`;
  return [
    `Privileges that the shown tools take on ${cluster} (Proxmox VE ${release}):`,
    ...required.map(line),
    ...(further.length === 0
      ? []
      : ["Besides, for some inputs, and to see all there is:", ...further.map(line)]),
    ...unusableLines(unusable),
  ];
}

function unusableLines(unusable: readonly UnusableTool[] | undefined): string[] {
  if (unusable === undefined) return ["What the account holds could not be read."];
  if (unusable.length === 0) return ["The account can use all of these tools on something."];
  return [
    "The account cannot use, for want of:",
    ...unusable.map(({ tool, missing }) => `${tool}: ${missing.join("; ")}`),
  ];
}
