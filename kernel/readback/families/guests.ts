import type { Expectation, Values, WantedFields } from "../types.ts";
import { type Family, isOn, isSet, listOf, omit, pick, type SentStep, seen, unchecked } from "./context.ts";

/** What of creating a guest says how, and is no option of its configuration. */
const CREATE_ONLY = [
  "archive",
  "bwlimit",
  "force",
  "ha-managed",
  "ignore-unpack-errors",
  "import-working-storage",
  "live-restore",
  "node",
  "ostemplate",
  "password",
  "pool",
  "restore",
  "ssh-public-keys",
  "start",
  "storage",
  "unique",
  "vmid",
];
/** What of changing a guest's configuration says how. */
const CHANGE_ONLY = [
  "background_delay",
  "delete",
  "digest",
  "force",
  "import-working-storage",
  "node",
  "revert",
  "skiplock",
  "vmid",
];
/** Written in the file as something else: a generated identifier, a drive, memory shares. */
const REWRITTEN = ["cdrom", "lock", "vmgenid"];

const STATUS: Readonly<Record<string, "running" | "stopped" | "paused">> = {
  "qemu start": "running",
  "qemu stop": "stopped",
  "qemu shutdown": "stopped",
  "qemu reboot": "running",
  "qemu reset": "running",
  "qemu suspend": "paused",
  "qemu resume": "running",
  "lxc start": "running",
  "lxc stop": "stopped",
  "lxc shutdown": "stopped",
  "lxc reboot": "running",
};

const GUEST = /^\/nodes\/\{node\}\/(qemu|lxc)(?:\/\{vmid\})?(.*)$/;

/** Guests: creating, configuring, cloning, moving, power and destroying. */
export const guests: Family = (sent) => {
  const { endpoint } = sent;
  const [, kind, rest] = GUEST.exec(endpoint.path) ?? [];
  if (kind === undefined || rest === undefined) return undefined;
  const base = `/nodes/{node}/${kind}/{vmid}`;
  if (!endpoint.path.includes("{vmid}"))
    return endpoint.method === "POST" ? [created(sent, base)] : undefined;
  switch (`${endpoint.method} ${rest}`) {
    case "PUT /config":
    case "POST /config":
      return configured(sent, base);
    case "DELETE ":
      return [{ ...seen(`${base}/status/current`, place(sent), { is: "absent" }), resets: "guest" }];
    case "POST /clone":
      return [cloned(sent, base)];
    case "POST /migrate":
      return [migrated(sent, base)];
    case "POST /template":
      // A container is converted by a task that is not answered.
      if (kind === "lxc") return [unchecked(sent, "it is converted by a task that Proxmox VE does not name")];
      return [seen(`${base}/pending`, place(sent), fieldsOf(base, { template: 1 }, []))];
    case "PUT /unlink":
      return [seen(`${base}/pending`, place(sent), fieldsOf(base, {}, listOf(sent.params.idlist)))];
    default:
      return /^\/status\/\w+$/.test(rest)
        ? [power(sent, kind, base, rest.slice("/status/".length))]
        : undefined;
  }
};

function place({ params }: SentStep): Values {
  return pick(params, ["node", "vmid"]);
}

function fieldsOf(base: string, set: Values, gone: readonly string[], before?: Values): WantedFields {
  const touched = before && pick(before, [...Object.keys(set), ...gone]);
  return {
    is: "fields",
    by: `PUT /${base.slice(1)}/config`,
    set,
    gone,
    ...(touched ? { before: touched } : {}),
  };
}

function configured(sent: SentStep, base: string): readonly Expectation[] {
  const { params, before } = sent;
  const set = omit(params, [...CHANGE_ONLY, ...REWRITTEN]);
  const gone = listOf(params.delete);
  const told: Expectation[] =
    listOf(params.revert).length > 0 || REWRITTEN.some((name) => isSet(params[name]))
      ? [unchecked(sent, "a reverted, generated or renamed option has no value to compare")]
      : [];
  if (Object.keys(set).length + gone.length === 0) return told;
  return [seen(`${base}/pending`, place(sent), fieldsOf(base, set, gone, before)), ...told];
}

/** A restore takes its options from the archive; what is given besides wins, but its form is the archive's. */
function created(sent: SentStep, base: string): Expectation {
  const { params } = sent;
  const isRestore = isOn(params.archive) || isOn(params.restore);
  const set = isRestore ? pick(params, ["name", "hostname"]) : omit(params, [...CREATE_ONLY, ...REWRITTEN]);
  return seen(`${base}/pending`, place(sent), fieldsOf(base, set, []));
}

function cloned({ params }: SentStep, base: string): Expectation {
  const node = params.target ?? params.node;
  const storage = isOn(params.storage) ? { onStorage: String(params.storage) } : {};
  const want = { ...fieldsOf(base, pick(params, ["name", "hostname", "description"]), []), ...storage };
  return seen(`${base}/pending`, { node, vmid: params.newid }, want);
}

function migrated({ params }: SentStep, base: string): Expectation {
  const there = seen(`${base}/status/current`, { node: params.target, vmid: params.vmid }, { is: "present" });
  return { ...there, resets: "place", askedOfHa: true };
}

function power(sent: SentStep, kind: string, base: string, action: string): Expectation {
  const status = isOn(sent.params.todisk) ? "stopped" : STATUS[`${kind} ${action}`];
  if (status === undefined) return unchecked(sent, "Proxmox VE tells no state for it");
  return seen(`${base}/status/current`, place(sent), { is: "status", status });
}
