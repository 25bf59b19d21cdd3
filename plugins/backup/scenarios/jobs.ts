import { type Scenario, type ScenarioRun, scenario } from "../../../sdk/testing/index.ts";
import { aGuest, backupStorage, backupsOf, fieldsOf, guests, makeJob, rowsOf } from "./cluster.ts";

type Job = Readonly<Record<string, unknown>>;

const jobs = (t: ScenarioRun): Promise<readonly Job[]> => t.cluster.get<readonly Job[]>("/cluster/backup");
const jobOf = async (t: ScenarioRun, id: string): Promise<Job | undefined> =>
  (await jobs(t)).find((job) => job.id === id);

export const jobScenarios: readonly Scenario[] = [
  scenario({
    tool: "proxmox_backup_jobs",
    title: "lists jobs with their selection and retention, and filters",
    access: "write",
    async run(t) {
      const storage = await backupStorage(t);
      const { vmid } = await aGuest(t, "qemu", "stopped");
      await makeJob(t, "nightly", { storage, vmid: [vmid], "prune-backups": "keep-last=3", comment: "one" });
      await makeJob(t, "weekly", { storage, all: true, exclude: [vmid], enabled: false, mode: "stop" });
      const listed = rowsOf(await t.ok("proxmox_backup_jobs"));
      const [nightly, weekly] = ["nightly", "weekly"].map((id) => listed.find((row) => row.id === id));
      const next = (await jobOf(t, "nightly"))?.["next-run"];
      const common = { schedule: "mon..fri 02:00", storage };
      t.expect.equal(
        nightly,
        {
          ...common,
          ...{ id: "nightly", enabled: true, "next-run": next, guests: String(vmid), mode: "snapshot" },
          ...{ "prune-backups": "keep-last=3", comment: "one" },
        },
        "the job of one VM",
      );
      const { "next-run": _next, ...rest } = weekly ?? {};
      t.expect.equal(
        rest,
        { ...common, id: "weekly", enabled: false, guests: `all but ${vmid}`, mode: "stop" },
        "the job of all but one",
      );
      const some = rowsOf(await t.ok("proxmox_backup_jobs", { filter: { enabled: "false" } }));
      t.expect.equal(
        some.map(({ id }) => id),
        ["weekly"],
        "the disabled job",
      );
      await t.refused("proxmox_backup_jobs", { limit: 0 }, "invalid_input");
    },
  }),
  scenario({
    tool: "proxmox_backup_job_get",
    title: "shows a job's options and the volumes that it takes",
    access: "write",
    async run(t) {
      const storage = await backupStorage(t);
      const vm = await aGuest(t, "qemu", "stopped");
      const container = await aGuest(t, "lxc", "running");
      await makeJob(t, "two", {
        storage,
        vmid: [vm.vmid, container.vmid],
        compress: "zstd",
        mode: "stop",
        mailto: "root",
      });
      const fields = fieldsOf(await t.ok("proxmox_backup_job_get", { id: "two" }));
      t.expect.equal(fields["next-run"], (await jobOf(t, "two"))?.["next-run"], "when it runs next");
      t.expect.equal(
        [fields.id, fields.enabled, fields.schedule, fields.storage, fields.compress, fields.mode],
        ["two", true, "mon..fri 02:00", storage, "zstd", "stop"],
        "the options",
      );
      t.expect.equal(fields.selection, `${vm.vmid},${container.vmid}`, "the selection");
      t.expect.equal(fields.options, { mailto: "root" }, "the other options");
      t.expect.equal(
        fields.guests,
        [
          { vmid: vm.vmid, name: vm.name, kind: "qemu", volumes: ["scsi0"] },
          { vmid: container.vmid, name: container.name, kind: "lxc", volumes: ["rootfs"] },
        ],
        "the guests with their volumes",
      );
      await t.refused("proxmox_backup_job_get", { id: "none" }, "not_found");
    },
  }),
  scenario({
    tool: "proxmox_backup_job_create",
    title: "creates a job, and refuses what would only fail at night",
    async run(t) {
      const storage = await backupStorage(t);
      const { vmid, node } = await aGuest(t, "qemu", "running");
      const job = { id: "new", schedule: "sat 03:30", storage, vmid: [vmid] };
      await t.ok("proxmox_backup_job_create", { ...job, dryRun: true });
      t.expect.equal(await jobOf(t, "new"), undefined, "the job after a dry run");
      await t.ok("proxmox_backup_job_create", {
        ...job,
        ...{ node, comment: "mine", "prune-backups": "keep-last=2,keep-weekly=1", compress: "zstd" },
      });
      const { "next-run": next, "prune-backups": kept, ...made } = (await jobOf(t, "new")) ?? {};
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
          ...{ id: "new", type: "vzdump", enabled: 1, schedule: "sat 03:30", storage, vmid: String(vmid) },
          ...{ node, comment: "mine", compress: "zstd" },
        },
        "the job",
      );
      await t.refused("proxmox_backup_job_create", job, "conflict");
      await t.refused("proxmox_backup_job_create", { ...job, id: "b", storage: "nope" }, "not_found");
      await t.refused("proxmox_backup_job_create", { ...job, id: "b", node: "nope" }, "not_found");
      await t.refused("proxmox_backup_job_create", { ...job, id: "b", all: true }, "invalid_input");
      await t.refused("proxmox_backup_job_create", { ...job, id: "b", schedule: "never" }, "invalid_input");
      const { vmid: _vmid, ...nothing } = job;
      await t.refused("proxmox_backup_job_create", { ...nothing, id: "b" }, "invalid_input");
      t.expect.equal((await jobs(t)).length, 1, "the number of jobs after the refusals");
      await t.ok("proxmox_backup_job_create", { ...nothing, id: "rest", exclude: [vmid] });
      await t.ok("proxmox_backup_job_create", { ...nothing, id: "every", all: true });
      t.expect.equal((await jobOf(t, "every"))?.all, 1, "all guests");
      const rest = await jobOf(t, "rest");
      t.expect.equal([rest?.all, rest?.exclude], [1, String(vmid)], "all but one");
    },
  }),
  scenario({
    tool: "proxmox_backup_job_update",
    title: "changes and unsets options, and replaces the selection",
    async run(t) {
      const storage = await backupStorage(t);
      const { vmid } = await aGuest(t, "qemu", "running");
      await makeJob(t, "mine", { storage, vmid: [vmid], comment: "old" });
      await t.ok("proxmox_backup_job_update", { id: "mine", enabled: false, dryRun: true });
      t.expect.equal((await jobOf(t, "mine"))?.enabled, 1, "the job after a dry run");
      await t.ok("proxmox_backup_job_update", {
        id: "mine",
        ...{ enabled: false, schedule: "sun 04:00", delete: ["comment"], all: true },
      });
      const changed = await jobOf(t, "mine");
      t.expect.equal(
        [changed?.enabled, changed?.schedule, changed?.comment, changed?.all, changed?.vmid],
        [0, "sun 04:00", undefined, 1, undefined],
        "the changed job",
      );
      await t.refused("proxmox_backup_job_update", { id: "none", enabled: true }, "not_found");
      await t.refused("proxmox_backup_job_update", { id: "mine" }, "invalid_input");
      await t.refused("proxmox_backup_job_update", { id: "mine", storage: "nope" }, "not_found");
      await t.refused("proxmox_backup_job_update", { id: "mine", all: true, pool: "x" }, "invalid_input");
      t.expect.equal(await jobOf(t, "mine"), changed, "the job after the refusals");
    },
  }),
  scenario({
    tool: "proxmox_backup_job_delete",
    title: "deletes a job, after a human agreed",
    confirm: "destructive",
    async run(t) {
      const storage = await backupStorage(t);
      await makeJob(t, "mine", { storage, all: true });
      await makeJob(t, "other", { storage, all: true });
      await t.ok("proxmox_backup_job_delete", { id: "mine", dryRun: true });
      await t.refused("proxmox_backup_job_delete", { id: "mine" }, "declined");
      t.expect.that((await jobOf(t, "mine")) !== undefined, "the job is still there");
      t.answerConfirm("accept");
      await t.ok("proxmox_backup_job_delete", { id: "mine" });
      const ids = (await jobs(t)).map(({ id }) => id);
      t.expect.equal(ids, ["other"], "the jobs that are left");
      await t.refused("proxmox_backup_job_delete", { id: "mine" }, "not_found");
    },
  }),
  scenario({
    tool: "proxmox_backup_job_run",
    title: "backs up a job's guests on their nodes, with its settings",
    async run(t) {
      const storage = await backupStorage(t);
      const [first] = await guests(t, "qemu", "running");
      const second = (await guests(t, "lxc", "running")).find(({ node }) => node !== first?.node);
      if (first === undefined || second === undefined)
        throw new Error("two nodes with running guests are needed");
      const job = {
        storage,
        vmid: [first.vmid, second.vmid, 9_999],
        "notes-template": "by the job",
        protected: true,
      };
      await makeJob(t, "both", job);
      const plan = await t.ok("proxmox_backup_job_run", { id: "both", dryRun: true });
      t.expect.match(plan.text, "9999 left out", "the missing guest");
      t.expect.equal(await backupsOf(t, first, storage), [], "backups after a dry run");
      await t.ok("proxmox_backup_job_run", { id: "both" });
      for (const guest of [first, second]) {
        const made = await backupsOf(t, guest, storage);
        t.expect.equal(
          made.map(({ notes, protected: kept }) => [notes, kept]),
          [["by the job", 1]],
          `the backup of ${guest.vmid}`,
        );
      }
      await t.refused("proxmox_backup_job_run", { id: "none" }, "not_found");
      await makeJob(t, "pruning", { storage, vmid: [first.vmid], "prune-backups": "keep-last=1" });
      await t.restart({ access: "write" });
      await t.refused("proxmox_backup_job_run", { id: "pruning" }, "denied");
      t.expect.equal((await backupsOf(t, first, storage)).length, 1, "the backups after the refusals");
    },
  }),
];
