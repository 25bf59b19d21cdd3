import { die, paramError } from "../errors.ts";
import { LabAnswer } from "../frame/answer.ts";
import { splitVolid } from "../qemu/drive.ts";
import {
  assertUnchanged,
  checkSection,
  deleteFromSection,
  type Section,
  sectionDigest,
  sectionOptions,
} from "../sections.ts";
import type { LabCore, LabGuest, LabRequest } from "../types.ts";

const OPTIONS = sectionOptions("target! disable? comment? rate? schedule? remove_job? source?");
const CLUSTER = "/cluster/replication";
const NODE = "/nodes/{node}/replication";

/** Replication jobs; none of them ever runs. (pve-manager, PVE/API2/ReplicationConfig.pm, Replication.pm) */
export function registerReplication(lab: LabCore): void {
  lab.route(`GET ${CLUSTER}`, (request) => listed(request).map(([id, job]) => shown(id, job)));
  lab.route(`GET ${CLUSTER}/{id}`, (request) => {
    const job = audited(request);
    return { ...shown(request.params.need("id"), job), digest: sectionDigest(lab.state.replication) };
  });
  lab.route(`POST ${CLUSTER}`, create);
  lab.route(`PUT ${CLUSTER}/{id}`, update);
  lab.route(`DELETE ${CLUSTER}/{id}`, remove);
  lab.route(`GET ${NODE}`, (request) => {
    const only = request.params.text("guest");
    return listed(request)
      .filter(([, job]) => only === undefined || String(job.get("guest")) === only)
      .filter(([, job]) => guestOf(request, job)?.node === request.node.name)
      .map(([id, job]) => statusOf(request, id, job));
  });
  lab.route(`GET ${NODE}/{id}`, () => ["schedule_now", "log", "status"].map((name) => ({ name })));
  lab.route(`GET ${NODE}/{id}/status`, (request) =>
    statusOf(request, request.params.need("id"), audited(request)),
  );
  lab.route(`GET ${NODE}/{id}/log`, (request) => {
    audited(request);
    const data = [{ n: 1, t: "unable to open file - No such file or directory" }];
    return new LabAnswer({ data, extra: { total: 1 } });
  });
  lab.route(`POST ${NODE}/{id}/schedule_now`, (request) => {
    mayReplicate(request);
    jobOf(request, "replication job");
    return null;
  });
}

/** The guest that a job's ID begins with. */
function vmidOf({ params }: LabRequest): number {
  return Number(params.need("id").split("-")[0]);
}

/** Since this release the code asks for it; before, the endpoints declared another privilege. */
function mayReplicate(request: LabRequest): void {
  if (request.lab.release.major >= 9) request.check(`/vms/${vmidOf(request)}`, ["VM.Replicate"]);
}

function jobOf({ params, lab: { state } }: LabRequest, what: string): Section {
  const id = params.need("id");
  const job = state.replication.get(id);
  if (job === undefined) throw die(`no such ${what} '${id}'`);
  return job;
}

function audited(request: LabRequest): Section {
  const job = jobOf(request, "replication job");
  request.check(`/vms/${vmidOf(request)}`, ["VM.Audit"]);
  return job;
}

function listed({ lab: { state }, may }: LabRequest): readonly (readonly [string, Section])[] {
  return [...state.replication]
    .filter(([, job]) => may(`/vms/${String(job.get("guest"))}`, ["VM.Audit"]))
    .sort(([a], [b]) => (a < b ? -1 : 1));
}

function shown(id: string, job: Section): Record<string, unknown> {
  return { id, jobnum: id.split("-")[1], ...Object.fromEntries(job) };
}

function guestOf({ lab: { state } }: LabRequest, job: Section): LabGuest | undefined {
  return state.guests.get(Number(job.get("guest")));
}

function statusOf(request: LabRequest, id: string, job: Section): Record<string, unknown> {
  return {
    ...shown(id, job),
    ...{ vmtype: guestOf(request, job)?.kind, fail_count: 0, last_sync: 0, last_try: 0 },
  };
}

function create(request: LabRequest): null {
  const { endpoint, params, lab } = request;
  const { state } = lab;
  const vmid = vmidOf(request);
  mayReplicate(request);
  const guest = state.guests.get(vmid);
  const target = params.need("target");
  if (guest === undefined) throw die(`Guest '${vmid}' does not exist.`);
  // A node that is in no cluster has no members, not even itself.
  if (state.clusterName === undefined || !state.nodes.has(target))
    throw die(`Target '${target}' does not exist.`);
  const source = params.text("source") ?? guest.node;
  if (source !== guest.node)
    throw die(`Source '${source}' does not match current node of guest '${vmid}' (${guest.node})`);
  if (target === guest.node) throw die("Source and target must not be identical");
  assertReplicatable(request, guest);
  const id = params.need("id");
  if (state.replication.has(id)) throw die(`replication job '${id}' already exists`);
  const without = ["id"];
  const job = checkSection(endpoint, params, { type: "local", options: OPTIONS, create: true, without });
  for (const other of state.replication.values()) {
    if (Number(other.get("guest")) === vmid && other.get("target") === target)
      throw die("duplicate target within one guest");
  }
  state.replication.set(id, job.set("guest", vmid).set("source", source));
  return null;
}

const VOLUMES = /^(?:scsi|virtio|sata|ide|efidisk|tpmstate|rootfs|mp)\d*$/;

/** Only volumes on ZFS are replicated; any other one is in the way unless it is left out by name. */
function assertReplicatable({ lab: { state } }: LabRequest, guest: LabGuest): void {
  const volumes = [...guest.config]
    .filter(([key, value]) => VOLUMES.test(key) && !/,(?:media=cdrom|replicate=0)/.test(value))
    .map(([, value]) => (value.split(",")[0] ?? "").replace(/^(?:file|volume)=/, ""))
    .filter((volid) => splitVolid(volid) !== undefined);
  for (const volid of volumes) {
    const storage = state.storages.get(splitVolid(volid)?.storage ?? "");
    if (storage?.type !== "zfspool") throw die(`missing replicate feature on volume '${volid}'`);
  }
  if (volumes.length === 0) throw die("No replicatable volumes found");
}

function update(request: LabRequest): null {
  const { endpoint, params, lab } = request;
  mayReplicate(request);
  const { replication } = lab.state;
  assertUnchanged(sectionDigest(replication), params.text("digest"));
  const job = jobOf(request, "job");
  const without = ["id", "digest", "delete"];
  const given = checkSection(endpoint, params, { type: "local", options: OPTIONS, create: false, without });
  const changed = new Map([...job, ...given]);
  // What is set and deleted at once is deleted.
  deleteFromSection(changed, OPTIONS, new Map(), params.text("delete"));
  replication.set(params.need("id"), changed);
  return null;
}

/** Without `force` a job is only marked, and goes when it would have run next. */
function remove(request: LabRequest): null {
  const { params, lab } = request;
  mayReplicate(request);
  const { replication } = lab.state;
  if (params.flag("force")) {
    if (params.flag("keep")) throw paramError({ keep: "conflicts with parameter 'force'" });
    replication.delete(params.need("id"));
    return null;
  }
  const job = jobOf(request, "job");
  replication.set(params.need("id"), new Map(job).set("remove_job", params.flag("keep") ? "local" : "full"));
  return null;
}
