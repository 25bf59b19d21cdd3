import { die, paramError } from "../errors.ts";
import { assertUnchanged } from "../sections.ts";
import type { LabCore, LabRequest } from "../types.ts";
import { CLUSTER, type Level, locked } from "./level.ts";
import { registerRules } from "./rules.ts";
import { keptComment, listDigest, withDigest } from "./state.ts";
import type { FirewallState, FwGroup, FwRule } from "./types.ts";

const PATH = "/cluster/firewall/groups";

const GROUP: Level = { ...CLUSTER, env: "group" };

/** Security groups and their rules. (pve-firewall, src/PVE/API2/Firewall/Groups.pm, Rules.pm) */
export function registerGroups(lab: LabCore): void {
  lab.route(`GET ${PATH}`, (request) => withDigest(list(request.lab.state.firewall)));
  lab.route(`POST ${PATH}`, (request) => locked(CLUSTER, request, () => create(request)));
  lab.route(`DELETE ${PATH}/{group}`, (request) =>
    locked(CLUSTER, request, () => {
      const name = request.params.need("group");
      if (groupOf(request).rules.length > 0) throw die(`Security group '${name}' is not empty`);
      request.lab.state.firewall.cluster.groups.delete(name);
      return null;
    }),
  );
  registerRules(lab, {
    ...{ level: GROUP, path: `${PATH}/{group}` },
    read: (request) => groupOf(request).rules,
    write: (request, rules) => {
      groupOf(request).rules = rules;
    },
  });
}

function groupOf({ lab, params }: LabRequest): FwGroup {
  const name = params.need("group");
  const group = lab.state.firewall.cluster.groups.get(name);
  if (group === undefined) throw die(`no such security group '${name}'`);
  return group;
}

function list({ cluster }: FirewallState): { group: string; comment?: string }[] {
  return [...cluster.groups]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([group, { comment }]) => ({ group, ...(comment === undefined ? {} : { comment }) }));
}

function create({ lab, params }: LabRequest): null {
  const { firewall } = lab.state;
  const { groups } = firewall.cluster;
  const name = params.need("group");
  const old = params.text("rename");
  const comment = params.has("comment") ? { comment: keptComment(params.text("comment")) } : undefined;
  if (old === undefined) {
    if (groups.has(name)) throw paramError({ group: `Security group '${name}' already exists` });
    // Of two names that differ in case alone, the one in lower case comes last in the file, and stays.
    if (!groups.has(name.toLowerCase())) setGroup(groups, name, { rules: [] }, comment);
    return null;
  }
  assertUnchanged(listDigest(list(firewall)), params.text("digest"));
  const group = groups.get(old);
  if (group === undefined) throw paramError({ group: `Security group '${old}' does not exist` });
  if (name !== old && groups.has(name))
    throw paramError({ group: `Security group '${name}' does already exist` });
  groups.delete(old);
  setGroup(groups, name, group, comment);
  if (name !== old) renameReferences(firewall, old, name);
  return null;
}

/** Names of groups are in lower case once they come back from the file. */
function setGroup(
  groups: Map<string, FwGroup>,
  name: string,
  group: FwGroup,
  given: { comment: string | undefined } | undefined,
): void {
  const comment = given === undefined ? group.comment : given.comment;
  groups.set(name.toLowerCase(), { rules: group.rules, ...(comment === undefined ? {} : { comment }) });
}

function renameReferences({ cluster, hosts, guests }: FirewallState, old: string, name: string): void {
  const renamed = (rule: FwRule): FwRule =>
    rule.type === "group" && rule.action === old ? { ...rule, action: name } : rule;
  for (const file of [cluster, ...hosts.values(), ...guests.values()]) file.rules = file.rules.map(renamed);
}
