import { die, paramError } from "../errors.ts";
import { splitList } from "../frame/params.ts";
import { type PropertyShape, parseProperties, printProperties } from "../qemu/property-string.ts";
import type { LabRequest } from "../types.ts";
import { runJob, stopRunning } from "./job.ts";
import { templateFault } from "./notes-template.ts";
import { storageParam } from "./options.ts";

/** POST a backup of some or all guests of a node. */
export async function vzdump(request: LabRequest): Promise<string> {
  const { params, lab, node } = request;
  if (params.flag("stdout"))
    throw paramError({ stdout: "option is only allowed on the command line interface." });
  checkRights(request);
  checkParameters(request);
  const all = params.flag("all") || (params.has("exclude") && !params.has("pool"));
  const { vmids, others } = included(request, all);
  if (params.flag("stop")) {
    await stopRunning(lab, node.name);
    if (vmids.length === 0) return "OK";
  }
  // Guests of other nodes are those nodes' business.
  if (vmids.length === 0 && !all) return "OK";
  const storage = storageParam(request);
  if (storage !== undefined) request.check(`/storage/${storage}`, ["Datastore.AllocateSpace"]);
  const commandLine = commandLineOf(request, all);
  const id = vmids.length === 1 ? String(vmids[0]) : "";
  return request.task("vzdump", id, (task) => runJob({ request, commandLine, vmids, others, all }, task));
}

function checkRights(request: LabRequest): void {
  const { params, caller } = request;
  if (caller.id === "root@pam") return;
  for (const name of ["tmpdir", "dumpdir", "script", "job-id"])
    if (params.has(name)) throw paramError({ [name]: "Only root may set this option." });
  if (["bwlimit", "ionice", "performance"].some((name) => params.has(name)))
    request.check("/", ["Sys.Modify"]);
  const fleecing = /(?:^|,)storage=([^,]+)/.exec(params.text("fleecing") ?? "")?.[1];
  if (fleecing !== undefined) request.check(`/storage/${fleecing}`, ["Datastore.AllocateSpace"]);
  if (!params.has("prune-backups") && !params.has("maxfiles")) return;
  const storage = storageParam(request);
  if (storage !== undefined) request.check(`/storage/${storage}`, ["Datastore.Allocate"]);
}

function checkParameters({ params }: LabRequest): void {
  const vmid = params.text("vmid");
  const given = vmid !== undefined && vmid !== "";
  if (given) {
    const conflict = "option conflicts with option 'vmid'";
    if (params.flag("all")) throw paramError({ all: conflict });
    if (params.text("exclude")) throw paramError({ exclude: conflict });
    if (params.text("pool")) throw paramError({ pool: conflict });
  }
  if (params.has("prune-backups") && params.has("maxfiles"))
    throw paramError({ "prune-backups": "option conflicts with option 'maxfiles'" });
  const notes = templateFault(params.text("notes-template") ?? "");
  if (notes !== undefined) throw paramError({ "notes-template": notes });
  const chosen = params.flag("all") || params.has("exclude") || params.flag("stop") || params.has("pool");
  if (!given && !chosen) throw paramError({ vmid: "property is missing" });
}

/** Guests that the request means. */
interface Included {
  /** Those of this node, and those that do not exist, which fail later. */
  readonly vmids: readonly number[];
  /** Those of other nodes. */
  readonly others: readonly number[];
}

function included({ params, lab, node }: LabRequest, all: boolean): Included {
  const { guests, pools } = lab.state;
  const pool = params.text("pool");
  if (pool !== undefined && !pools.has(pool)) throw die(`pool '${pool}' does not exist`);
  const excluded = new Set(splitList(params.text("exclude") ?? "").map(Number));
  const wanted =
    pool !== undefined
      ? [...(pools.get(pool)?.guests ?? [])]
      : all
        ? [...guests.keys()].filter((vmid) => !excluded.has(vmid))
        : splitList(params.text("vmid") ?? "").map(Number);
  const sorted = wanted.filter((vmid) => vmid > 0).sort((a, b) => a - b);
  const isHere = (vmid: number): boolean => (guests.get(vmid)?.node ?? node.name) === node.name;
  return { vmids: sorted.filter(isHere), others: sorted.filter((vmid) => !isHere(vmid)) };
}

/** The job as a command: VMIDs first. Leaving some guests out means all others. */
function commandLineOf({ params }: LabRequest, all: boolean): string {
  const vmids = splitList(params.text("vmid") ?? "");
  const options = params
    .names()
    .filter((name) => !["vmid", "stdout", "exclude-path"].includes(name))
    .flatMap((name) => {
      const value = printed(name, params.text(name) ?? "");
      return value === "" ? [] : [`--${name} ${shellQuote(value)}`];
    });
  const paths = params.array("exclude-path").map((path) => `--exclude-path ${shellQuote(path)}`);
  const implied = all && !params.has("all") ? ["--all 1"] : [];
  return ["vzdump", ...vmids, ...options, ...implied, ...paths].join(" ");
}

const PROPERTY_STRINGS: Readonly<Record<string, PropertyShape>> = {
  fleecing: { defaultKey: "enabled", booleans: new Set(["enabled"]) },
  performance: {},
  "prune-backups": { booleans: new Set(["keep-all"]) },
};

/** Property strings have been read by then, and are put together again. */
function printed(name: string, value: string): string {
  const shape = PROPERTY_STRINGS[name];
  return shape === undefined ? value : printProperties(parseProperties(value, shape), shape);
}

function shellQuote(value: string): string {
  return /^[\w!%+,\-./:@^]+$/.test(value) ? value : `'${value.replaceAll("'", `'"'"'`)}'`;
}
