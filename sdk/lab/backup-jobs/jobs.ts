import { templateFault } from "../backup/notes-template.ts";
import { die, paramError } from "../errors.ts";
import { splitList } from "../frame/params.ts";
import { perlTime } from "../perl-time.ts";
import { parseProperties } from "../qemu/property-string.ts";
import { assertLine, kept, sectionValue, underLock } from "../sections.ts";
import type { LabCore, LabRequest } from "../types.ts";
import { nextEvent } from "./calendar.ts";
import { includedVolumes, notBackedUp } from "./included.ts";
import { checkCreate, checkPool, checkUpdate } from "./rights.ts";
import type { BackupJob, JobValue } from "./state.ts";

const PATH = "/cluster/backup";

/** Backup jobs. (pve-manager, PVE/API2/Backup.pm, PVE/API2/Cluster/BackupInfo.pm) */
export function registerBackupJobs(lab: LabCore): void {
  lab.route(`GET ${PATH}`, ({ lab: { state, clock } }) =>
    [...state.backupJobs].map(([id, job]) => {
      const next = nextEvent(String(job.get("schedule") ?? ""), clock.seconds());
      return { ...Object.fromEntries(job), id, ...(next === undefined ? {} : { "next-run": next }) };
    }),
  );
  lab.route(`GET ${PATH}/{id}`, ({ params, lab: { state } }) => {
    const id = params.need("id");
    const job = state.backupJobs.get(id);
    if (job === undefined) throw missing(id);
    return { ...Object.fromEntries(job), id };
  });
  lab.route(`POST ${PATH}`, create);
  lab.route(`PUT ${PATH}/{id}`, update);
  lab.route(`DELETE ${PATH}/{id}`, ({ params, lab: { state } }) =>
    underLock(undefined, () => {
      const id = params.need("id");
      if (!state.backupJobs.delete(id)) throw missing(id);
      return null;
    }),
  );
  lab.route(`GET ${PATH}/{id}/included_volumes`, includedVolumes);
  lab.route("GET /cluster/backup-info", () => [{ subdir: "not-backed-up" }]);
  lab.route("GET /cluster/backup-info/not-backed-up", notBackedUp);
  lab.route("GET /cluster/jobs/schedule-analyze", analyze);
}

/** The next times of a schedule. (PVE/API2/Cluster/Jobs.pm) */
function analyze({ params, lab }: LabRequest): unknown {
  const found: { timestamp: number; utc: string }[] = [];
  let after = params.integer("starttime") ?? lab.clock.seconds();
  for (let left = params.integer("iterations") ?? 10; left > 0; left--) {
    const next = nextEvent(params.need("schedule"), after);
    if (next === undefined) break;
    found.push({ timestamp: next, utc: perlTime(next) });
    after = next;
  }
  return found;
}

function missing(id: string): Error {
  return paramError({ id: `No such job '${id}'` });
}

const EVERY_DAY = "mon,tue,wed,thu,fri,sat,sun";

/** The schedule given; from the older `starttime` and `dow` where they are used. */
function scheduleOf({ params }: LabRequest, required: boolean): string | undefined {
  const [schedule, time] = [params.text("schedule"), params.text("starttime")];
  if (schedule !== undefined) {
    if (time !== undefined) throw paramError({ starttime: "'starttime' and 'schedule' cannot both be set" });
    return schedule;
  }
  if (time === undefined) {
    if (required) throw paramError({ schedule: "neither 'starttime' nor 'schedule' were set" });
    return undefined;
  }
  const days = params.list("dow").join(",");
  return days === "" || days === EVERY_DAY ? time : `${days} ${time}`;
}

const PROPERTY_STRINGS: Readonly<Record<string, string | undefined>> = {
  "prune-backups": undefined,
  performance: undefined,
  fleecing: "enabled",
};

/** A parameter as the file gives it back. */
function jobValue({ endpoint, params }: LabRequest, name: string): JobValue {
  if (!(name in PROPERTY_STRINGS)) return sectionValue(endpoint, params, name);
  const defaultKey = PROPERTY_STRINGS[name];
  const booleans = new Set(["enabled", "keep-all"]);
  const fields = parseProperties(params.need(name), {
    booleans,
    ...(defaultKey === undefined ? {} : { defaultKey }),
  });
  return Object.fromEntries(
    [...fields].map(([key, value]) => [key, booleans.has(key) ? Number(value) : value]),
  );
}

const NO_PROPERTY = new Set(["id", "starttime", "dow", "delete", "schedule"]);

/** The properties that a request gives. */
function given(request: LabRequest, schedule: string | undefined): BackupJob {
  const job: BackupJob = new Map();
  for (const name of request.params.names())
    if (!NO_PROPERTY.has(name)) job.set(name, jobValue(request, name));
  if (schedule !== undefined) job.set("schedule", schedule);
  return job;
}

/** (PVE/VZDump.pm: verify_vzdump_parameters) */
function verify(job: BackupJob, complete: boolean): void {
  const has = (name: string): boolean => {
    const value = job.get(name);
    return value !== undefined && value !== 0 && value !== "";
  };
  for (const name of ["all", "exclude", "pool"])
    if (has(name) && has("vmid")) throw paramError({ [name]: "option conflicts with option 'vmid'" });
  if (has("prune-backups") && has("maxfiles"))
    throw paramError({ "prune-backups": "option conflicts with option 'maxfiles'" });
  const notes = templateFault(String(job.get("notes-template") ?? ""));
  if (notes !== undefined) throw paramError({ "notes-template": notes });
  if (job.has("exclude") && !has("pool")) job.set("all", 1);
  if (complete && !["all", "stop", "pool", "vmid"].some(has))
    throw paramError({ vmid: "property is missing" });
}

function create(request: LabRequest): null {
  const { params, lab } = request;
  checkCreate(request);
  checkPool(request);
  const job = given(request, scheduleOf(request, true));
  if (!job.has("enabled")) job.set("enabled", 1);
  const id = params.text("id") ?? lab.random.uuid();
  return underLock(undefined, () => {
    const { backupJobs, realmSyncJobs } = lab.state;
    if (backupJobs.has(id) || realmSyncJobs.has(id)) throw die(`Job '${id}' already exists`);
    verify(job, true);
    for (const value of job.values()) assertLine(value);
    backupJobs.set(id, kept(new Map([...job, ["type", "vzdump"]])));
    return null;
  });
}

function update(request: LabRequest): null {
  const { params, lab } = request;
  checkUpdate(request);
  checkPool(request);
  const change = given(request, scheduleOf(request, false));
  const deleted = splitList(params.text("delete") ?? "");
  return underLock(undefined, () => {
    if (change.size === 0 && deleted.length === 0) throw die("no options specified");
    verify(change, false);
    for (const value of change.values()) assertLine(value);
    const id = params.need("id");
    const old = lab.state.backupJobs.get(id);
    if (old === undefined) throw die("no such vzdump job");
    checkUpdate(request, old);
    const job = new Map(old);
    for (const name of deleted) {
      if (!isDeletable(request, name)) throw paramError({ delete: `unknown option '${name}'` });
      job.delete(name);
    }
    for (const [name, value] of change) job.set(name, value);
    settle(job, change);
    verify(job, true);
    lab.state.backupJobs.set(id, kept(job));
    return null;
  });
}

function isDeletable({ endpoint }: LabRequest, name: string): boolean {
  return endpoint.parameters[name] !== undefined && !NO_PROPERTY.has(name) && name !== "enabled";
}

/** A new way of choosing guests ends the one before. */
function settle(job: BackupJob, change: BackupJob): void {
  const drop = (...names: string[]): void => {
    for (const name of names) job.delete(name);
  };
  if (job.has("exclude") && !job.has("pool")) job.set("all", 1);
  if (change.has("vmid")) drop("all", "exclude", "pool");
  else if (change.get("all") === 1) drop("vmid", "pool");
  else if (job.has("pool")) drop("vmid", "all", "exclude");
}
