import { OWN, type Scenario, scenario } from "../../../sdk/testing/index.ts";
import {
  backupStorage,
  backupsOf,
  makeGuest,
  makeJob,
  NONE,
  ownBackupStorage,
  TWO_NODES,
  vmsOnTwoNodes,
} from "./cluster.ts";

const RUN = "proxmox_backup_job_run";

export const jobRunScenarios: readonly Scenario[] = [
  scenario({
    tool: RUN,
    title: "backs up a job's guests with its settings",
    async run(t) {
      const storage = await backupStorage(t);
      const guests = [await makeGuest(t, "qemu", "running"), await makeGuest(t, "qemu", "stopped")];
      const missing = t.place.vmids.last;
      const vmid = [...guests.map((guest) => guest.vmid), missing];
      await makeJob(t, OWN, { storage, vmid, "notes-template": "by the job", protected: true });
      const plan = await t.ok(RUN, { id: OWN, dryRun: true });
      t.expect.match(plan.text, `${missing} left out`, "the missing guest");
      for (const guest of guests)
        t.expect.equal(await backupsOf(t, guest, storage), [], "backups after a dry run");
      await t.ok(RUN, { id: OWN });
      for (const guest of guests)
        t.expect.equal(
          (await backupsOf(t, guest, storage)).map(({ notes, protected: kept }) => [notes, kept]),
          [["by the job", 1]],
          `the backup of ${guest.vmid}`,
        );
      await t.refused(RUN, { id: NONE }, "not_found");
    },
  }),
  scenario({
    tool: RUN,
    title: "removes older backups as the job says, only where allowed to",
    async run(t) {
      const storage = await backupStorage(t);
      const guest = await makeGuest(t, "qemu", "stopped");
      await makeJob(t, OWN, { storage, vmid: [guest.vmid], "prune-backups": "keep-last=1" });
      await t.ok(RUN, { id: OWN });
      const first = await backupsOf(t, guest, storage);
      t.expect.equal(first.length, 1, "the first backup");
      await t.restart({ access: "write" });
      await t.refused(RUN, { id: OWN }, "denied");
      t.expect.equal(await backupsOf(t, guest, storage), first, "the backups after the refusal");
      await t.restart({ access: "destructive" });
      await t.ok(RUN, { id: OWN });
      const kept = await backupsOf(t, guest, storage);
      t.expect.equal(kept.length, 1, "the backups that are kept");
      t.expect.that(kept[0]?.volid !== first[0]?.volid, "the newer one is");
    },
  }),
  scenario({
    tool: RUN,
    title: "backs up guests on each of their nodes",
    needs: TWO_NODES,
    async run(t) {
      const storage = await ownBackupStorage(t);
      const guests = await vmsOnTwoNodes(t);
      await makeJob(t, OWN, { storage, vmid: guests.map(({ vmid }) => vmid) });
      await t.ok(RUN, { id: OWN });
      for (const guest of guests)
        t.expect.equal((await backupsOf(t, guest, storage)).length, 1, `the backups of ${guest.vmid}`);
      await t.refused(RUN, { id: NONE }, "not_found");
    },
  }),
];
