import { type Scenario, scenario } from "../../../sdk/testing/index.ts";
import {
  aGuest,
  backUp,
  backupStorage,
  backupsOf,
  configOf,
  fieldsOf,
  guests,
  makeJob,
  resources,
  rowsOf,
} from "./cluster.ts";

export const backupScenarios: readonly Scenario[] = [
  scenario({
    tool: "proxmox_backup_start",
    title: "backs up guests on several nodes at once",
    async run(t) {
      const storage = await backupStorage(t);
      const vm = await aGuest(t, "qemu", "running");
      const container = (await guests(t, "lxc", "running")).find(({ node }) => node !== vm.node);
      if (container === undefined) throw new Error("a container on another node is needed");
      const given = { vmid: [vm.vmid, container.name], storage, "notes-template": "{{guestname}} by hand" };
      const plan = await t.ok("proxmox_backup_start", { ...given, dryRun: true });
      t.expect.match(plan.text, `to ${storage}`, "where the plan goes to");
      t.expect.equal(await backupsOf(t, vm, storage), [], "backups after a dry run");
      await t.ok("proxmox_backup_start", given);
      for (const guest of [vm, container]) {
        const made = await backupsOf(t, guest, storage);
        t.expect.equal(
          made.map(({ notes }) => notes),
          [`${guest.name} by hand`],
          `the backup of ${guest.vmid}`,
        );
      }
      await t.refused("proxmox_backup_start", { storage }, "invalid_input");
      await t.refused("proxmox_backup_start", { vmid: [vm.vmid], all: true, storage }, "invalid_input");
      await t.refused("proxmox_backup_start", { vmid: [999_999_999], storage }, "not_found");
      await t.refused("proxmox_backup_start", { vmid: [vm.vmid], storage: "nope" }, "not_found");
      await t.refused("proxmox_backup_start", { vmid: [vm.vmid], storage: "local-lvm" }, "invalid_input");
      await t.refused("proxmox_backup_start", { pool: "none", storage }, "conflict");
    },
  }),
  scenario({
    tool: "proxmox_backup_start",
    title: "backs up all guests of a node but some, and removes older backups only where allowed to",
    async run(t) {
      const storage = await backupStorage(t);
      const { node, vmid } = await aGuest(t, "qemu", "running");
      const all = (await resources(t)).filter((one) => one.vmid !== undefined && one.node === node);
      await t.ok("proxmox_backup_start", { all: true, node, exclude: [vmid], storage });
      const others = all.flatMap((one) => (one.vmid === undefined || one.vmid === vmid ? [] : [one.vmid]));
      const content = `/nodes/${node}/storage/${storage}/content?content=backup`;
      const made = await t.cluster.get<readonly { vmid: number }[]>(content);
      t.expect.equal(
        made.map((one) => one.vmid).sort((a, b) => a - b),
        others.sort((a, b) => a - b),
        "the guests that were backed up",
      );
      const pruning = { vmid: [vmid], storage, "prune-backups": "keep-last=1" };
      await t.restart({ access: "write" });
      await t.refused("proxmox_backup_start", pruning, "denied");
      await t.restart({ access: "destructive" });
      await t.ok("proxmox_backup_start", pruning);
      const kept = (await t.cluster.get<readonly { vmid: number }[]>(content)).filter(
        (one) => one.vmid === vmid,
      );
      t.expect.equal(kept.length, 1, "the backups that are kept");
    },
  }),
  scenario({
    tool: "proxmox_backup_list",
    title: "lists the backups of all storages and filters",
    access: "write",
    async run(t) {
      const storage = await backupStorage(t);
      const vm = await aGuest(t, "qemu", "running");
      const container = await aGuest(t, "lxc", "running");
      const first = await backUp(t, vm, storage);
      const second = await backUp(t, container, "local");
      const listed = rowsOf(await t.ok("proxmox_backup_list"));
      const shown = (volid: string) => listed.find((row) => row.volid === volid);
      const wanted = { vmid: vm.vmid, guest: vm.name, kind: "qemu", protected: false };
      const { ctime, size, notes, ...row } = shown(first.volid) ?? {};
      t.expect.equal(row, { volid: first.volid, ...wanted }, "the backup on the shared storage, once");
      t.expect.that(Number(ctime) > 0 && Number(size) > 0, "it has a time and a size");
      t.expect.equal(notes, first.notes, "its notes");
      t.expect.equal(shown(second.volid)?.node, container.node, "the node of the local backup");
      t.expect.equal(listed.length, 2, "the number of backups");
      const some = rowsOf(await t.ok("proxmox_backup_list", { filter: { storage: "local" } }));
      t.expect.equal(
        some.map(({ volid }) => volid),
        [second.volid],
        "the local backups",
      );
      const own = rowsOf(await t.ok("proxmox_backup_list", { filter: { vmid: String(vm.vmid) } }));
      t.expect.equal(
        own.map(({ volid }) => volid),
        [first.volid],
        "the VM's backups",
      );
      await t.refused("proxmox_backup_list", { limit: 0 }, "invalid_input");
    },
  }),
  scenario({
    tool: "proxmox_backup_get_config",
    title: "shows the configuration in a backup, without the cloud-init password",
    access: "destructive",
    async run(t) {
      const storage = await backupStorage(t);
      const vm = await aGuest(t, "qemu", "stopped");
      const description = "first: line\nsecond ü line";
      await t.ok("proxmox_vm_update_config", { vmid: vm.vmid, cipassword: "topsecret-1", description });
      const { volid } = await backUp(t, vm, storage);
      const before = await configOf(t, vm);
      const answer = await t.ok("proxmox_backup_get_config", { volid });
      const fields = fieldsOf(answer);
      t.expect.equal(
        [fields.volid, fields.kind, fields.vmid],
        [volid, "qemu", vm.vmid],
        "whose backup it is",
      );
      t.expect.equal(fields.drives, ["scsi0"], "the drives in it");
      const { cipassword: _password, ...config } = fields.config as Readonly<Record<string, unknown>>;
      const { digest: _digest, cipassword: _hidden, ...same } = before;
      t.expect.equal(
        Object.fromEntries(
          Object.entries(config)
            .map(([key, value]) => [key, String(value).trim()])
            .sort(),
        ),
        Object.fromEntries(
          Object.entries(same)
            .map(([key, value]) => [key, String(value).trim()])
            .sort(),
        ),
        "the configuration",
      );
      t.expect.that(!/\$5\$|\$6\$|topsecret/.test(JSON.stringify(answer)), "no password or hash is shown");
      await t.refused("proxmox_backup_get_config", { volid: `${storage}:backup/none` }, "not_found");
      await t.refused("proxmox_backup_get_config", { volid: "nope:backup/none" }, "not_found");
    },
  }),
  scenario({
    tool: "proxmox_backup_files",
    title: "lists files in a backup on a backup server, and says why other storages cannot",
    access: "write",
    async run(t) {
      const container = await aGuest(t, "lxc", "running");
      await t.ok("proxmox_api_call", {
        method: "POST",
        path: "/storage",
        params: {
          ...{ storage: "pbs", type: "pbs", server: "pbs.example.com", datastore: "main" },
          ...{ username: "backup@pbs", password: "a-secret-of-it", content: "backup" },
        },
      });
      const { volid } = await backUp(t, container, "pbs");
      const top = rowsOf(await t.ok("proxmox_backup_files", { volid }));
      t.expect.equal(
        top.map(({ path, leaf }) => [path, leaf]),
        [["/root.pxar.didx", false]],
        "the archives in it",
      );
      const etc = rowsOf(await t.ok("proxmox_backup_files", { volid, path: "/root.pxar.didx/etc" }));
      const url = `/nodes/${container.node}/storage/pbs/file-restore/list?volume=${encodeURIComponent(volid)}`;
      const filepath = Buffer.from("/root.pxar.didx/etc").toString("base64");
      const real = await t.cluster.get<readonly { text: string; size: number; mtime: number }[]>(
        `${url}&filepath=${encodeURIComponent(filepath)}`,
      );
      t.expect.equal(
        etc,
        real.map(({ text, size, mtime }) => ({
          ...{ name: text, path: `/root.pxar.didx/etc/${text}`, type: "file", leaf: true, size, mtime },
        })),
        "the files",
      );
      const elsewhere = await backUp(t, container, await backupStorage(t));
      await t.refused("proxmox_backup_files", { volid: elsewhere.volid }, "unsupported");
      await t.refused("proxmox_backup_files", { volid: "pbs:backup/ct/9/none" }, "not_found");
      await t.refused("proxmox_backup_files", { volid, path: "/none" }, "upstream");
    },
  }),
  scenario({
    tool: "proxmox_backup_not_covered",
    title: "lists the guests that no job takes",
    access: "write",
    async run(t) {
      const storage = await backupStorage(t);
      const vm = await aGuest(t, "qemu", "running");
      const vmids = (rows: readonly { vmid?: unknown }[]) =>
        rows.map((row) => Number(row.vmid)).sort((a, b) => a - b);
      const all = (await resources(t)).filter((one) => one.vmid !== undefined);
      const before = rowsOf(await t.ok("proxmox_backup_not_covered"));
      t.expect.equal(vmids(before), vmids(all), "the guests without any job");
      const { tags: _tags, ...row } = before.find(({ vmid }) => vmid === vm.vmid) ?? {};
      const { vmid, name, node } = vm;
      t.expect.equal(row, { vmid, name, kind: "qemu", node, status: "running", template: false }, "the VM");
      await makeJob(t, "one", { storage, vmid: [vm.vmid] });
      const after = rowsOf(await t.ok("proxmox_backup_not_covered"));
      t.expect.equal(
        vmids(after),
        vmids(all).filter((one) => one !== vmid),
        "those without it",
      );
      await t.refused("proxmox_backup_not_covered", { limit: 0 }, "invalid_input");
    },
  }),
];
