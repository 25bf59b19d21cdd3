import {
  fieldsOf,
  OWN,
  rowsOf,
  type Scenario,
  type ScenarioRun,
  type Shown,
  scenario,
} from "../../../sdk/testing/index.ts";
import { backupStorage, makeGuest, makeJob, NONE } from "./cluster.ts";

const JOBS = "proxmox_backup_jobs";
const GET = "proxmox_backup_job_get";
const CREATE = "proxmox_backup_job_create";
const UPDATE = "proxmox_backup_job_update";
const DELETE = "proxmox_backup_job_delete";
const OTHER = `${OWN}-other`;
const THIRD = `${OWN}-third`;

/** Why a scenario stays away from a real cluster. */
const OF_ALL = "no job that takes all guests is made on a real cluster";

const jobs = (t: ScenarioRun): Promise<readonly Shown[]> =>
  t.cluster.get<readonly Shown[]>("/cluster/backup");
const jobOf = async (t: ScenarioRun, id: string): Promise<Shown | undefined> =>
  (await jobs(t)).find((job) => job.id === id);

export const jobScenarios: readonly Scenario[] = [
  scenario({
    tool: JOBS,
    title: "lists jobs with their selection and retention, and filters",
    access: "write",
    async run(t) {
      const storage = await backupStorage(t);
      const vmid = await t.make.freeVmid();
      await makeJob(t, OWN, { storage, vmid: [vmid], "prune-backups": "keep-last=3", comment: "one" });
      await makeJob(t, OTHER, { storage, vmid: [vmid, vmid + 1], enabled: false, mode: "stop" });
      const listed = rowsOf(await t.ok(JOBS, { limit: 1000 }));
      const [one, other] = [OWN, OTHER].map((id) => listed.find((row) => row.id === id));
      const common = { schedule: "mon..fri 02:00", storage };
      t.expect.equal(
        one,
        {
          ...common,
          ...{ id: OWN, enabled: true, guests: String(vmid), mode: "snapshot", comment: "one" },
          ...{ "next-run": (await jobOf(t, OWN))?.["next-run"], "prune-backups": "keep-last=3" },
        },
        "the job of one VM",
      );
      const { "next-run": _next, ...rest } = other ?? {};
      t.expect.equal(
        rest,
        { ...common, id: OTHER, enabled: false, guests: `${vmid},${vmid + 1}`, mode: "stop" },
        "the job of two",
      );
      const disabled = rowsOf(await t.ok(JOBS, { filter: { enabled: "false" }, limit: 1000 }));
      const ids = disabled.map(({ id }) => id);
      t.expect.that(ids.includes(OTHER) && !ids.includes(OWN), "the disabled job is found as such");
      await t.refused(JOBS, { limit: 0 }, "invalid_input");
    },
  }),
  scenario({
    tool: JOBS,
    title: "lists jobs that take all guests but some",
    live: OF_ALL,
    access: "write",
    async run(t) {
      const storage = await backupStorage(t);
      await makeJob(t, OWN, { storage, all: true });
      await makeJob(t, OTHER, { storage, all: true, exclude: [101] });
      const rows = rowsOf(await t.ok(JOBS));
      const next = (await jobOf(t, OWN))?.["next-run"];
      const common = {
        enabled: true,
        schedule: "mon..fri 02:00",
        storage,
        mode: "snapshot",
        "next-run": next,
      };
      t.expect.equal(
        rows.toSorted((a, b) => (String(a.id) < String(b.id) ? -1 : 1)),
        [
          { ...common, id: OWN, guests: "all" },
          { ...common, id: OTHER, guests: "all but 101" },
        ],
        "the jobs, and what they take",
      );
      t.expect.equal((await jobOf(t, OTHER))?.exclude, "101", "the guest that is left out");
      await t.refused(JOBS, { limit: 0 }, "invalid_input");
    },
  }),
  scenario({
    tool: GET,
    title: "shows a job's options and the volumes that it takes",
    access: "write",
    async run(t) {
      const storage = await backupStorage(t);
      const [one, two] = [await makeGuest(t, "qemu", "stopped"), await makeGuest(t, "qemu", "stopped")];
      await makeJob(t, OWN, {
        ...{ storage, vmid: [one.vmid, two.vmid], compress: "zstd", mode: "stop", mailto: "root" },
        ...{ "prune-backups": "keep-last=3", comment: "Looked at" },
      });
      const { guests, ...fields } = fieldsOf(await t.ok(GET, { id: OWN }));
      t.expect.equal(
        fields,
        {
          ...{ id: OWN, enabled: true, schedule: "mon..fri 02:00", storage, compress: "zstd", mode: "stop" },
          ...{ selection: `${one.vmid},${two.vmid}`, "prune-backups": "keep-last=3", comment: "Looked at" },
          ...{ options: { mailto: "root" }, "next-run": (await jobOf(t, OWN))?.["next-run"] },
        },
        "the job",
      );
      t.expect.equal(
        guests,
        [one, two].map(({ vmid, name, kind }) => ({ vmid, name, kind, volumes: ["scsi0"] })),
        "the guests with their volumes",
      );
      await t.refused(GET, { id: NONE }, "not_found");
    },
  }),
  scenario({
    tool: CREATE,
    title: "creates a job, and refuses what would only fail at night",
    async run(t) {
      const storage = await backupStorage(t);
      const { vmid, node } = await makeGuest(t, "qemu", "stopped");
      const job = { id: OWN, schedule: "sat 03:30", storage, vmid: [vmid] };
      const before = (await jobs(t)).length;
      await t.ok(CREATE, { ...job, dryRun: true });
      t.expect.equal(await jobOf(t, OWN), undefined, "the job after a dry run");
      await t.ok(CREATE, {
        ...job,
        ...{ node, comment: "mine", "prune-backups": "keep-last=2,keep-weekly=1", compress: "zstd" },
      });
      const { "next-run": next, "prune-backups": kept, ...made } = (await jobOf(t, OWN)) ?? {};
      t.expect.that(Number(next) > 0, "it has a time to run");
      t.expect.equal(
        Object.entries(kept ?? {}).map(([key, count]) => [key, Number(count)]),
        [
          ["keep-last", 2],
          ["keep-weekly", 1],
        ],
        "which backups it keeps",
      );
      t.expect.equal(
        made,
        {
          ...{ id: OWN, type: "vzdump", enabled: 1, schedule: "sat 03:30", storage, vmid: String(vmid) },
          ...{ node, comment: "mine", compress: "zstd" },
        },
        "the job",
      );
      await t.refused(CREATE, job, "conflict");
      await t.refused(CREATE, { ...job, id: OTHER, storage: NONE }, "not_found");
      await t.refused(CREATE, { ...job, id: OTHER, node: "nope" }, "not_found");
      await t.refused(CREATE, { ...job, id: OTHER, pool: NONE }, "invalid_input");
      await t.refused(CREATE, { ...job, id: OTHER, schedule: "never" }, "invalid_input");
      const { vmid: _vmid, ...nothing } = job;
      await t.refused(CREATE, { ...nothing, id: OTHER }, "invalid_input");
      t.expect.equal((await jobs(t)).length, before + 1, "the number of jobs after the refusals");
    },
  }),
  scenario({
    tool: CREATE,
    title: "creates jobs that take all guests, or all but some",
    live: OF_ALL,
    async run(t) {
      const storage = await backupStorage(t);
      const job = { schedule: "sat 03:30", storage };
      await t.ok(CREATE, { ...job, id: OTHER, exclude: [101] });
      await t.ok(CREATE, { ...job, id: THIRD, all: true });
      t.expect.equal((await jobOf(t, THIRD))?.all, 1, "all guests");
      const rest = await jobOf(t, OTHER);
      t.expect.equal([rest?.all, rest?.exclude], [1, "101"], "all but one");
      for (const id of [OTHER, THIRD]) {
        const made = await jobOf(t, id);
        t.expect.equal([made?.storage, made?.schedule], [storage, "sat 03:30"], `the options of ${id}`);
      }
      await t.refused(CREATE, { ...job, id: OWN, all: true, vmid: [101] }, "invalid_input");
    },
  }),
  scenario({
    tool: UPDATE,
    title: "changes and unsets options",
    async run(t) {
      const storage = await backupStorage(t);
      const vmid = await t.make.freeVmid();
      await makeJob(t, OWN, { storage, vmid: [vmid], comment: "old" });
      await makeJob(t, OTHER, { storage, vmid: [vmid], comment: "other" });
      const other = await jobOf(t, OTHER);
      await t.ok(UPDATE, { id: OWN, enabled: false, dryRun: true });
      t.expect.equal((await jobOf(t, OWN))?.enabled, 1, "the job after a dry run");
      const changes = { enabled: false, schedule: "sun 04:00", delete: ["comment"], vmid: [vmid + 1] };
      await t.ok(UPDATE, { id: OWN, ...changes });
      const changed = await jobOf(t, OWN);
      t.expect.equal(
        [changed?.enabled, changed?.schedule, changed?.comment, changed?.vmid],
        [0, "sun 04:00", undefined, String(vmid + 1)],
        "the changed job",
      );
      await t.refused(UPDATE, { id: NONE, enabled: true }, "not_found");
      await t.refused(UPDATE, { id: OWN }, "invalid_input");
      await t.refused(UPDATE, { id: OWN, storage: NONE }, "not_found");
      await t.refused(UPDATE, { id: OWN, vmid: [vmid], pool: NONE }, "invalid_input");
      t.expect.equal(await jobOf(t, OWN), changed, "the job after the refusals");
      t.expect.equal(await jobOf(t, OTHER), other, "the other job");
    },
  }),
  scenario({
    tool: UPDATE,
    title: "replaces the selection",
    live: OF_ALL,
    async run(t) {
      const storage = await backupStorage(t);
      await makeJob(t, OWN, { storage, vmid: [101] });
      await t.ok(UPDATE, { id: OWN, all: true });
      const all = await jobOf(t, OWN);
      t.expect.equal([all?.all, all?.vmid], [1, undefined], "all guests");
      await t.ok(UPDATE, { id: OWN, vmid: [102] });
      const one = await jobOf(t, OWN);
      t.expect.equal([one?.all ?? 0, one?.vmid], [0, "102"], "one guest");
      await t.refused(UPDATE, { id: OWN, all: true, pool: "x" }, "invalid_input");
    },
  }),
  scenario({
    tool: DELETE,
    title: "deletes a job, after a human agreed",
    confirm: "destructive",
    async run(t) {
      const storage = await backupStorage(t);
      const vmid = await t.make.freeVmid();
      for (const id of [OWN, OTHER]) await makeJob(t, id, { storage, vmid: [vmid] });
      const ids = async () => (await jobs(t)).map(({ id }) => String(id)).sort();
      const before = await ids();
      await t.ok(DELETE, { id: OWN, dryRun: true });
      await t.refused(DELETE, { id: OWN }, "declined");
      t.expect.equal(await ids(), before, "the jobs, when nobody agreed");
      t.answerConfirm("accept", OWN);
      await t.ok(DELETE, { id: OWN });
      t.expect.equal(
        await ids(),
        before.filter((id) => id !== OWN),
        "the jobs that are left",
      );
      await t.refused(DELETE, { id: OWN }, "not_found");
    },
  }),
];
