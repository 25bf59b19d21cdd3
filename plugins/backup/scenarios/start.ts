import { OWN, rowsOf, type Scenario, scenario, stepsOf } from "../../../sdk/testing/index.ts";
import {
  backUp,
  backupStorage,
  backupsOf,
  foundGuest,
  makeGuest,
  NONE,
  ownBackupStorage,
  resources,
  TWO_NODES,
  vmsOnTwoNodes,
} from "./cluster.ts";

const START = "proxmox_backup_start";

export const startScenarios: readonly Scenario[] = [
  scenario({
    tool: START,
    title: "backs up guests by VMID and by name",
    needs: ["backup storage"],
    async run(t) {
      const storage = await backupStorage(t);
      const [one, two] = [await makeGuest(t, "qemu", "running"), await makeGuest(t, "qemu", "stopped")];
      const given = { vmid: [one.vmid, two.name], storage, "notes-template": "{{guestname}} by hand" };
      const plan = await t.ok(START, { ...given, dryRun: true });
      t.expect.match(plan.text, `to ${storage}`, "where the plan goes to");
      t.expect.equal(await backupsOf(t, one, storage), [], "backups after a dry run");
      await t.ok(START, given);
      for (const guest of [one, two])
        t.expect.equal(
          (await backupsOf(t, guest, storage)).map(({ notes }) => notes),
          [`${guest.name} by hand`],
          `the backup of ${guest.vmid}`,
        );
      const { vmid } = one;
      await t.refused(START, { vmid: [vmid], pool: NONE, storage }, "invalid_input");
      await t.refused(START, { vmid: [await t.make.freeVmid()], storage }, "not_found");
      await t.refused(START, { vmid: [vmid], storage: NONE }, "not_found");
      await t.refused(START, { pool: NONE, storage }, "conflict");
      const disks = t.place.storage;
      const { content } = await t.cluster.get<{ content: string }>(`/storage/${disks}`);
      if (!content.split(",").includes("backup"))
        await t.refused(START, { vmid: [vmid], storage: disks }, "invalid_input");
    },
  }),
  scenario({
    tool: START,
    title: "backs up the guests of a pool",
    needs: ["administrator's rights", "backup storage"],
    async run(t) {
      const storage = await backupStorage(t);
      const [one, two] = [await makeGuest(t, "qemu", "stopped"), await makeGuest(t, "qemu", "stopped")];
      await t.ok("proxmox_pool_create", { poolid: OWN });
      await t.ok("proxmox_pool_update", { poolid: OWN, vms: [one.vmid] });
      await t.ok(START, { pool: OWN, storage });
      t.expect.equal((await backupsOf(t, one, storage)).length, 1, "the backups of the pool's VM");
      t.expect.equal(await backupsOf(t, two, storage), [], "those of the other");
      await t.refused(START, { pool: NONE, storage }, "conflict");
    },
  }),
  scenario({
    tool: START,
    title: "removes older backups only where allowed to",
    needs: ["backup storage"],
    async run(t) {
      const storage = await backupStorage(t);
      const guest = await makeGuest(t, "qemu", "stopped");
      const { volid } = await backUp(t, guest, storage);
      const pruning = { vmid: [guest.vmid], storage, "prune-backups": "keep-last=1" };
      await t.restart({ access: "write" });
      await t.refused(START, pruning, "denied");
      t.expect.equal((await backupsOf(t, guest, storage)).length, 1, "the backups after the refusal");
      await t.restart({ access: "destructive" });
      await t.ok(START, pruning);
      const kept = await backupsOf(t, guest, storage);
      t.expect.equal(kept.length, 1, "the backups that are kept");
      t.expect.that(kept[0]?.volid !== volid, "the newer one is");
    },
  }),
  scenario({
    tool: START,
    title: "backs up guests on several nodes at once",
    needs: TWO_NODES,
    async run(t) {
      const storage = await ownBackupStorage(t);
      const guests = await vmsOnTwoNodes(t);
      const vmids = guests.map(({ vmid }) => vmid);
      await t.ok(START, { vmid: vmids, storage });
      for (const guest of guests)
        t.expect.equal((await backupsOf(t, guest, storage)).length, 1, `the backups of ${guest.vmid}`);
      await t.refused(START, { vmid: vmids, storage: NONE }, "not_found");
    },
  }),
  scenario({
    tool: START,
    title: "backs up all guests of a node but some",
    live: "not all guests of a real node are backed up for a scenario",
    async run(t) {
      const storage = await backupStorage(t);
      const { node, vmid } = await foundGuest(t, "qemu");
      const others = (await resources(t)).flatMap((one) =>
        one.vmid === undefined || one.node !== node || one.vmid === vmid ? [] : [one.vmid],
      );
      const given = { all: true, node, exclude: [vmid], storage };
      const [planned] = stepsOf(await t.ok(START, { ...given, dryRun: true }));
      t.expect.equal(planned?.params.all, true, "whether the plan takes all guests");
      await t.ok(START, given);
      const made = await t.cluster.get<readonly { vmid: number }[]>(
        `/nodes/${node}/storage/${storage}/content?content=backup`,
      );
      t.expect.equal(
        made.map((one) => one.vmid).sort((a, b) => a - b),
        others.sort((a, b) => a - b),
        "the guests that were backed up",
      );
      const listed = rowsOf(await t.ok("proxmox_backup_list", { limit: 1000 }));
      t.expect.equal(listed.length, others.length, "no backups on other nodes");
      await t.refused(START, { exclude: [vmid], vmid: [vmid], storage }, "invalid_input");
      await t.refused(START, { vmid: [vmid], all: true, storage }, "invalid_input");
      await t.refused(START, { storage }, "invalid_input");
    },
  }),
];
