import { die, paramError, permError } from "../errors.ts";
import { splitList } from "../frame/params.ts";
import { parseProperties } from "../qemu/property-string.ts";
import type { LabRequest } from "../types.ts";
import type { BackupJob } from "./state.ts";

const ROOT_ONLY = ["tmpdir", "dumpdir", "script", "job-id"];
const COSTLY = ["bwlimit", "ionice", "performance"];

/** Fails where parameters are given, or deleted, that take more than the declared privileges. (pve-manager, PVE/API2/Backup.pm: assert_param_permission_common) */
function checkCommon({ params, check }: LabRequest, names: readonly string[], isDelete: boolean): void {
  for (const name of ROOT_ONLY)
    if (names.includes(name)) throw paramError({ [name]: "Only root may set this option." });
  if (COSTLY.some((name) => names.includes(name))) check("/", ["Sys.Modify"]);
  if (isDelete || !names.includes("fleecing")) return;
  const storage = parseProperties(params.need("fleecing"), { defaultKey: "enabled" }).get("storage");
  if (storage !== undefined) check(`/storage/${storage}`, ["Datastore.AllocateSpace"]);
}

/** What creating a job takes beyond the declared privileges. */
export function checkCreate(request: LabRequest): void {
  const { params, caller, check } = request;
  if (caller.id === "root@pam") return;
  checkCommon(request, params.names(), false);
  check(`/storage/${params.text("storage") ?? "local"}`, ["Datastore.Allocate"]);
}

/** What changing a job takes; without `job` what is known before the job is looked for. */
export function checkUpdate(request: LabRequest, job?: BackupJob): void {
  const { params, caller, check } = request;
  if (caller.id === "root@pam") return;
  const deleted = splitList(params.text("delete") ?? "");
  checkCommon(request, params.names(), false);
  checkCommon(request, deleted, true);
  const storage = params.text("storage");
  if (storage !== undefined) check(`/storage/${storage}`, ["Datastore.Allocate"]);
  else if (deleted.includes("storage")) check("/storage/local", ["Datastore.Allocate"]);
  if (job === undefined) return;
  if (job.has("dumpdir"))
    throw die(
      "only root@pam may edit jobs with a 'dumpdir' option. at /usr/share/perl5/PVE/API2/Backup.pm line 94.",
    );
  check(`/storage/${String(job.get("storage") ?? "local")}`, ["Datastore.Allocate"]);
}

/** A pool must be there, and the caller may save its guests. */
export function checkPool({ params, lab, check }: LabRequest): void {
  const pool = params.text("pool");
  if (pool === undefined) return;
  if (!lab.state.pools.has(pool)) throw permError(`pool '${pool}' does not exist`);
  check(`/pool/${pool}`, ["VM.Backup"]);
}
