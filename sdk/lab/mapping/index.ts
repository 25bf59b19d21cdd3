import { die } from "../errors.ts";
import {
  assertUnchanged,
  checkSection,
  deleteFromSection,
  type Section,
  sectionDigest,
  sectionOptions,
  underLock,
} from "../sections.ts";
import type { LabCore, LabNode, LabRequest } from "../types.ts";
import { dirMapFault, entriesFor, entryFault } from "./checks.ts";
import type { MappingKind } from "./state.ts";

const OPTIONS = {
  pci: sectionOptions("description? mdev? live-migration-capable? map"),
  usb: sectionOptions("description? map"),
  dir: sectionOptions("description? map"),
} as const;

const SIGHT = ["Mapping.Modify", "Mapping.Use", "Mapping.Audit"];

/** Mappings of PCI and USB devices and of directories. (pve-manager, PVE/API2/Cluster/Mapping/*.pm) */
export function registerMappings(lab: LabCore): void {
  for (const kind of ["pci", "usb", "dir"] as const) register(lab, kind);
}

function register(lab: LabCore, kind: MappingKind): void {
  const path = `/cluster/mapping/${kind}`;
  const what = kind === "dir" ? "directory" : "hardware";
  lab.route(`GET ${path}`, (request) => list(request, kind));
  lab.route(`GET ${path}/{id}`, ({ params, lab: { state } }) => {
    const id = params.need("id");
    const section = state.mappings[kind].get(id);
    if (section === undefined) throw die(`mapping '${id}' not found`);
    return { ...Object.fromEntries(section), digest: sectionDigest(state.mappings[kind]) };
  });
  lab.route(`POST ${path}`, (request) => {
    const id = request.params.need("id");
    const section = checked(request, kind);
    return underLock(`create ${what} mapping failed`, () => {
      const file = request.lab.state.mappings[kind];
      if (file.has(id)) throw die(`${kind} ID '${id}' already defined`);
      file.set(id, section);
      return null;
    });
  });
  lab.route(`PUT ${path}/{id}`, (request) =>
    underLock(`update ${what} mapping failed`, () => update(request, kind)),
  );
  lab.route(`DELETE ${path}/{id}`, ({ params, lab: { state } }) => {
    state.mappings[kind].delete(params.need("id"));
    return null;
  });
}

/** The properties given. All that is required must be there, when changing too. */
function checked({ endpoint, params, lab, node }: LabRequest, kind: MappingKind): Section {
  const without = ["id", "digest", "delete"];
  const section = checkSection(endpoint, params, {
    ...{ type: kind, options: OPTIONS[kind], create: true, without },
  });
  const fault = kind === "dir" ? dirMapFault(mapOf(section), { state: lab.state, node }) : undefined;
  if (fault !== undefined) throw die(fault);
  return section;
}

function mapOf(section: Section): readonly string[] {
  const map = section.get("map");
  return Array.isArray(map) ? map.map(String) : [];
}

function update(request: LabRequest, kind: MappingKind): null {
  const { params, lab } = request;
  const file = lab.state.mappings[kind];
  const id = params.need("id");
  assertUnchanged(sectionDigest(file), params.text("digest"));
  const old = file.get(id);
  if (old === undefined) throw die(`${kind} ID '${id}' does not exist`);
  const given = checked(request, kind);
  const section = new Map(old);
  deleteFromSection(section, OPTIONS[kind], given, params.text("delete"));
  for (const [name, value] of given) section.set(name, value);
  file.set(id, section);
  return null;
}

function list(request: LabRequest, kind: MappingKind): unknown {
  const { params, lab, may } = request;
  const file = lab.state.mappings[kind];
  const name = params.text("check-node");
  const node = name === undefined ? undefined : nodeOf(lab, name);
  return [...file]
    .filter(([id]) => may(`/mapping/${kind}/${id}`, SIGHT, "any"))
    .map(([id, section]) => ({
      ...Object.fromEntries(section),
      ...{ id, digest: sectionDigest(file) },
      ...(node === undefined ? {} : checks(lab, kind, { id, section, node })),
    }));
}

function nodeOf({ state }: LabCore, name: string): LabNode {
  const node = state.nodes.get(name === "localhost" ? state.localNode : name);
  if (node !== undefined) return node;
  throw die(
    `hostname lookup '${name}' failed - failed to get address info for: ${name}: Name or service not known`,
  );
}

interface Checked {
  readonly id: string;
  readonly section: Section;
  readonly node: LabNode;
}

/** What a node has to say of a mapping; for USB under another name. */
function checks({ state }: LabCore, kind: MappingKind, { id, section, node }: Checked): object {
  const entries = entriesFor(mapOf(section), node.name);
  const found = entries.flatMap((entry) => {
    const fault = entryFault(kind, id, entry, { state, node });
    return fault === undefined ? [] : [{ severity: "error", message: `Invalid configuration: ${fault}\n` }];
  });
  const none = { severity: "warning", message: `No mapping for node ${node.name}.` };
  const answers = entries.length === 0 ? [none] : found;
  return kind === "usb" ? { errors: answers } : { checks: answers };
}
