import { die, paramError } from "../errors.ts";
import { assertUnchanged } from "../sections.ts";
import type { LabCore, LabRequest } from "../types.ts";
import { aliasRef, cleanCidr, normalCidr } from "./addresses.ts";
import { type Level, locked } from "./level.ts";
import { keptComment, listDigest, withDigest } from "./state.ts";
import type { FwConfig, FwSet, FwSetEntry } from "./types.ts";

/** IP sets of a level and what is in them. (pve-firewall, src/PVE/API2/Firewall/IPSet.pm) */
export function registerIpsets(lab: LabCore, level: Level): void {
  const path = `${level.path}/ipset`;
  const change = (key: string, work: (request: LabRequest) => null): void =>
    lab.route(key, (request) => locked(level, request, () => work(request)));
  lab.route(`GET ${path}`, (request) => withDigest(listSets(level.file(request))));
  lab.route(`GET ${path}/{name}`, (request) => withDigest(entriesOf(level, request)));
  lab.route(`GET ${path}/{name}/{cidr}`, (request) => {
    const wanted = request.params.need("cidr");
    const entry = withDigest(entriesOf(level, request)).find(({ cidr }) => cidr === wanted);
    if (entry === undefined) throw missingEntry();
    return entry;
  });
  change(`POST ${path}`, (request) => createSet(level, request));
  change(`DELETE ${path}/{name}`, (request) => deleteSet(level, request));
  change(`POST ${path}/{name}`, (request) => addEntry(level, request));
  change(`PUT ${path}/{name}/{cidr}`, (request) => updateEntry(level, request));
  change(`DELETE ${path}/{name}/{cidr}`, (request) => {
    const set = setOf(level, request);
    assertUnchanged(listDigest(entriesOf(level, request)), request.params.text("digest"));
    set.entries = set.entries.filter(({ cidr }) => cidr !== request.params.need("cidr"));
    return null;
  });
}

function listSets({ ipsets }: FwConfig): { name: string; comment?: string }[] {
  return [...ipsets]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, { comment }]) => ({ name, ...(comment === undefined ? {} : { comment }) }));
}

function setOf(level: Level, request: LabRequest): FwSet {
  const name = request.params.need("name");
  const set = level.file(request).ipsets.get(name);
  if (set === undefined) throw die(`no such IPSet '${name}'`);
  return set;
}

/** Entries as they are answered: with what is wrong with them by now. */
function entriesOf(level: Level, request: LabRequest): Record<string, unknown>[] {
  return setOf(level, request).entries.map((entry) => {
    const fault = aliasFault(level, request, entry.cidr);
    return { ...entry, ...(fault === undefined ? {} : { errors: { cidr: fault } }) };
  });
}

/** What is wrong with an entry that refers to an alias. */
function aliasFault(level: Level, request: LabRequest, text: string): string | undefined {
  const ref = aliasRef(text);
  if (ref === undefined) return undefined;
  const { cluster } = request.lab.state.firewall;
  const local = level.env === "cluster" ? undefined : level.file(request);
  const key = ref.name.toLowerCase();
  const found =
    (ref.scope === "dc/" ? undefined : local?.aliases.get(key)) ??
    (ref.scope === "guest/" ? undefined : cluster.aliases.get(key));
  return found === undefined ? `no such alias '${ref.name}'` : undefined;
}

function createSet(level: Level, request: LabRequest): null {
  const { params } = request;
  const file = level.file(request);
  const { ipsets } = file;
  const name = params.need("name");
  const old = params.text("rename");
  const given = keptComment(params.text("comment"));
  if (old === undefined) {
    if (ipsets.has(name)) throw paramError({ name: `IPSet '${name}' already exists` });
    // Names are in lower case once they come back from the file, where the one that was so before comes last.
    if (ipsets.has(name.toLowerCase())) return null;
    ipsets.set(name.toLowerCase(), { entries: [], ...(given === undefined ? {} : { comment: given }) });
    return null;
  }
  assertUnchanged(listDigest(listSets(file)), params.text("digest"));
  const set = ipsets.get(old);
  if (set === undefined) throw paramError({ name: `IPSet '${old}' does not exist` });
  if (name !== old && ipsets.has(name)) throw paramError({ name: `IPSet '${name}' does already exist` });
  ipsets.delete(old);
  const comment = params.has("comment") ? given : set.comment;
  ipsets.set(name.toLowerCase(), { entries: set.entries, ...(comment === undefined ? {} : { comment }) });
  return null;
}

function deleteSet(level: Level, request: LabRequest): null {
  const { params } = request;
  const name = params.need("name");
  const { entries } = setOf(level, request);
  if (entries.length > 0 && !params.flag("force")) throw die(`IPSet '${name}' is not empty`);
  level.file(request).ipsets.delete(name);
  return null;
}

function addEntry(level: Level, request: LabRequest): null {
  const { params } = request;
  const set = setOf(level, request);
  const text = params.need("cidr");
  const fault = aliasFault(level, request, text);
  if (fault !== undefined) throw die(fault);
  const cidr = normalCidr(cleanCidr(text))?.cidr ?? text;
  if (set.entries.some((entry) => entry.cidr === cidr))
    throw paramError({ cidr: `address '${cidr}' already exists` });
  if (/\/0+$/.test(cidr)) throw paramError({ cidr: "a zero prefix is not allowed in ipset entries" });
  set.entries = [...set.entries, entry(request, cidr)].sort((a, b) => (a.cidr < b.cidr ? -1 : 1));
  return null;
}

function updateEntry(level: Level, request: LabRequest): null {
  const { params } = request;
  const set = setOf(level, request);
  assertUnchanged(listDigest(entriesOf(level, request)), params.text("digest"));
  const wanted = params.need("cidr");
  if (!set.entries.some(({ cidr }) => cidr === wanted)) throw missingEntry();
  set.entries = set.entries.map((old) => (old.cidr === wanted ? entry(request, wanted) : old));
  return null;
}

function entry({ params }: LabRequest, cidr: string): FwSetEntry {
  const comment = keptComment(params.text("comment"));
  return {
    cidr,
    ...(params.flag("nomatch") ? { nomatch: 1 } : {}),
    ...(comment === undefined ? {} : { comment }),
  };
}

function missingEntry(): Error {
  return paramError({ cidr: "no such IP/Network" });
}
