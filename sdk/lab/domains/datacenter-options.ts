import { loadCatalog, parsePropertyString } from "../../../vendor/pve-docs/index.ts";
import type { ParamSchema } from "../../../vendor/pve-docs/types.ts";
import { die } from "../errors.ts";
import { splitList } from "../frame/params.ts";
import type { LabCore, LabRequest } from "../types.ts";

const OWN_PREFIX = "BC:24:11";

/** Where the range of free VMIDs ends unless it is set. */
const RANGE = { lower: 100, upper: 1_000_000 } as const;

/** Options that stay as they were written, though they have fields. */
const WHOLE = new Set(["bwlimit"]);

/** Lists of tags in an option, by where they are. */
const TAG_LISTS: Readonly<Record<string, string>> = { "user-tag-access": "user-allow-list" };

/** Options of the datacenter. (pve-manager, PVE/API2/Cluster.pm; pve-cluster, src/PVE/DataCenterConfig.pm) */
export function registerDatacenterOptions(lab: LabCore): void {
  lab.route("GET /cluster/options", read);
  lab.route("PUT /cluster/options", write);
}

/** The range that free VMIDs come from; ends before `upper`. */
export function nextIdRange(lab: LabCore): { readonly lower: number; readonly upper: number } {
  const { lower, upper } = fieldsOf(lab, "next-id");
  return { lower: Number(lower ?? RANGE.lower), upper: Number(upper ?? RANGE.upper) };
}

function schemaOf(lab: LabCore, option: string): ParamSchema | undefined {
  return loadCatalog(lab.release.name).endpoint("PUT /cluster/options")?.parameters[option];
}

function isBoolean(schema: ParamSchema | undefined): boolean {
  return schema?.type === "boolean";
}

/** The fields of an option as they are answered; none where it has none. */
function fieldsOf(lab: LabCore, option: string): Readonly<Record<string, unknown>> {
  const format = schemaOf(lab, option)?.format;
  const text = lab.state.datacenter.get(option) ?? "";
  if (typeof format !== "object") return {};
  const { fields = {} } = parsePropertyString(text, format);
  return Object.fromEntries(
    Object.entries(fields).map(([name, value]) => {
      if (name === TAG_LISTS[option]) return [name, value.split(";")];
      return [name, isBoolean(format[name]) ? Number(value) : value];
    }),
  );
}

function answered(lab: LabCore, option: string, value: string): unknown {
  if (option === "registered-tags") return value.split(";");
  const schema = schemaOf(lab, option);
  if (typeof schema?.format === "object" && !WHOLE.has(option)) return fieldsOf(lab, option);
  return isBoolean(schema) ? Number(value) : value;
}

/** What anyone may know. */
const OPEN = ["console", "tag-style"];

function read(request: LabRequest): unknown {
  const { lab, may } = request;
  const all = may("/", ["Sys.Audit"]);
  const options: Record<string, unknown> = all ? { description: "", mac_prefix: OWN_PREFIX } : {};
  for (const [option, value] of lab.state.datacenter)
    if (all || OPEN.includes(option)) options[option] = answered(lab, option, value);
  return { ...options, "allowed-tags": allowedTags(request) };
}

/** Tags that the caller may give to guests, as far as they are known. (pve-guest-common, src/PVE/GuestHelpers.pm: get_allowed_tags) */
function allowedTags({ lab, may }: LabRequest): readonly string[] {
  const { datacenter, guests } = lab.state;
  const mayAll = may("/", ["Sys.Modify"]);
  const access = fieldsOf(lab, "user-tag-access");
  const allow = String(access["user-allow"] ?? "free");
  const listed = access["user-allow-list"];
  const tags = new Set<string>();
  if ((allow !== "none" || mayAll) && Array.isArray(listed)) for (const tag of listed) tags.add(String(tag));
  for (const { vmid, config } of guests.values()) {
    if (!mayAll && (!["free", "existing"].includes(allow) || !may(`/vms/${vmid}`, ["VM.Audit"]))) continue;
    for (const tag of splitList(config.get("tags") ?? "")) tags.add(tag);
  }
  for (const tag of splitList(datacenter.get("registered-tags") ?? "")) {
    if (mayAll) tags.add(tag);
    else tags.delete(tag);
  }
  return [...tags].sort();
}

function write({ params, lab }: LabRequest): null {
  const { datacenter } = lab.state;
  const changed = new Map(
    [...datacenter].map(([option, value]) => [option, tagsInOrder(lab, option, value)]),
  );
  for (const option of params.names())
    if (option !== "delete") changed.set(option, asWritten(option, params.need(option)));
  for (const option of params.list("delete")) changed.delete(option);
  assertRange(lab, changed.get("next-id"));
  settle(changed);
  datacenter.clear();
  for (const [option, value] of changed) datacenter.set(option, value);
  return null;
}

/** What was read and is written again has its tags in order. */
function tagsInOrder(lab: LabCore, option: string, value: string): string {
  const inOrder = (tags: string): string => tags.split(";").sort().join(";");
  if (option === "registered-tags") return inOrder(value);
  const list = TAG_LISTS[option];
  const tags = list === undefined ? undefined : fieldsOf(lab, option)[list];
  if (!Array.isArray(tags)) return value;
  const before = tags.join(";");
  return value.replace(before, inOrder(before));
}

/** A description is kept as lines of a comment, each of which ends. */
function asWritten(option: string, value: string): string {
  if (option !== "description") return value;
  const text = value.replace(/\n+$/, "");
  return text === "" ? "" : `${text}\n`;
}

function assertRange(lab: LabCore, text: string | undefined): void {
  const format = schemaOf(lab, "next-id")?.format;
  if (text === undefined || typeof format !== "object") return;
  const { fields = {} } = parsePropertyString(text, format);
  const lower = Number(fields.lower ?? RANGE.lower);
  const upper = Number(fields.upper ?? RANGE.upper);
  if (lower > upper) throw die(`lower (${lower}) <= upper (${upper}) boundary rule broken`);
}

/** Options of old are written as what took their place; what goes without saying is not written. */
function settle(options: Map<string, string>): void {
  const insecure = options.get("migration_unsecure");
  if (insecure !== undefined && !options.has("migration")) {
    options.delete("migration_unsecure");
    options.set("migration", `type=${insecure === "1" ? "insecure" : "secure"}`);
  }
  if (options.get("console") === "applet") options.set("console", "html5");
  if (options.get("mac_prefix")?.toUpperCase() === OWN_PREFIX) options.delete("mac_prefix");
}
