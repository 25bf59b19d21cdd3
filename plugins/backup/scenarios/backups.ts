import {
  configOf,
  fieldsOf,
  OWN,
  rowsOf,
  type Scenario,
  type Shown,
  scenario,
} from "../../../sdk/testing/index.ts";
import {
  backUp,
  backupStorage,
  backupsOf,
  makeGuest,
  makeJob,
  NONE,
  ownBackupStorage,
  resources,
} from "./cluster.ts";

const LIST = "proxmox_backup_list";

/** A configuration with every value as text. */
function plain(config: Shown): Shown {
  return Object.fromEntries(
    Object.entries(config)
      .map(([key, value]) => [key, String(value).trim()])
      .sort(),
  );
}

export const backupScenarios: readonly Scenario[] = [
  scenario({
    tool: LIST,
    title: "lists the backups of all storages and filters",
    access: "write",
    needs: ["backup storage"],
    async run(t) {
      const storage = await backupStorage(t);
      const [one, two] = [await makeGuest(t, "qemu", "stopped"), await makeGuest(t, "qemu", "running")];
      await t.ok("proxmox_backup_start", { vmid: [one.vmid], storage, "notes-template": "by hand" });
      const [first] = await backupsOf(t, one, storage);
      if (first === undefined) throw new Error(`there is no backup of ${one.vmid}`);
      const second = await backUp(t, two, storage);
      const listed = rowsOf(await t.ok(LIST, { limit: 1000 }));
      const { shared } = await t.cluster.get<{ shared?: number }>(`/storage/${storage}`);
      const { volid, ctime, size } = first;
      t.expect.equal(
        listed.filter((row) => row.volid === volid),
        [
          {
            ...{
              volid,
              vmid: one.vmid,
              guest: one.name,
              kind: "qemu",
              ctime,
              size,
              protected: false,
              notes: "by hand",
            },
            ...(Number(shared) === 1 ? {} : { node: one.node }),
          },
        ],
        "the backup, once",
      );
      const volids = async (filter: object) =>
        rowsOf(await t.ok(LIST, { filter, limit: 1000 })).map((row) => String(row.volid));
      const ours = await volids({ storage });
      t.expect.that(ours.includes(volid) && ours.includes(second.volid), "both are on the storage");
      t.expect.that(
        ours.every((id) => id.startsWith(`${storage}:`)),
        "no others are",
      );
      t.expect.equal(await volids({ vmid: String(one.vmid) }), [volid], "the VM's backups");
      await t.refused(LIST, { limit: 0 }, "invalid_input");
    },
  }),
  scenario({
    tool: LIST,
    title: "tells the node and the protection of a backup on a storage of its own",
    access: "write",
    needs: ["administrator's rights"],
    async run(t) {
      const guest = await makeGuest(t, "qemu", "stopped");
      const storage = await ownBackupStorage(t, guest.node);
      await t.ok("proxmox_backup_start", { vmid: [guest.vmid], storage, protected: true });
      const [backup] = await backupsOf(t, guest, storage);
      const rows = rowsOf(await t.ok(LIST, { filter: { storage } }));
      const { vmid, node, name, kind } = guest;
      t.expect.equal(
        rows,
        [
          {
            ...{ volid: backup?.volid, node, vmid, guest: name, kind, protected: true },
            ...{ ctime: backup?.ctime, size: backup?.size },
          },
        ],
        "the backups of that storage",
      );
      await t.refused(LIST, { limit: 0 }, "invalid_input");
    },
  }),
  scenario({
    tool: "proxmox_backup_get_config",
    title: "shows the configuration in a backup, without the cloud-init password",
    access: "destructive",
    needs: ["backup storage"],
    async run(t) {
      const storage = await backupStorage(t);
      const vm = await makeGuest(t, "qemu", "stopped");
      const description = "first: line\nsecond ü line";
      await t.ok("proxmox_vm_update_config", { vmid: vm.vmid, cipassword: "topsecret-1", description });
      const { volid, ctime, size, format } = await backUp(t, vm, storage);
      const { digest: _digest, cipassword: _hidden, ...same } = await configOf(t, vm);
      const answer = await t.ok("proxmox_backup_get_config", { volid });
      const { config, ...fields } = fieldsOf(answer);
      t.expect.equal(
        [fields.volid, fields.kind, fields.vmid, fields.drives, fields.node],
        [volid, "qemu", vm.vmid, ["scsi0"], vm.node],
        "whose backup it is, with which drives",
      );
      t.expect.equal([fields.ctime, fields.size, fields.format], [ctime, size, format], "the file");
      const { cipassword: _password, ...shown } = config as Shown;
      t.expect.equal(plain(shown), plain(same), "the configuration");
      t.expect.that(!/\$5\$|\$6\$|topsecret/.test(JSON.stringify(answer)), "no password or hash is shown");
      await t.refused("proxmox_backup_get_config", { volid: `${storage}:backup/none` }, "not_found");
      await t.refused("proxmox_backup_get_config", { volid: `${NONE}:backup/none` }, "not_found");
    },
  }),
  scenario({
    tool: "proxmox_backup_files",
    title: "lists files in a backup on a backup server, and says why other storages cannot",
    live: "it needs a Proxmox Backup Server with backups that may be looked into",
    access: "write",
    async run(t) {
      const container = await makeGuest(t, "lxc", "running");
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
    needs: ["administrator's rights", "backup storage"],
    async run(t) {
      const storage = await backupStorage(t);
      const { vmid } = await makeGuest(t, "qemu", "running", { tags: "one;two" });
      const rows = async () => rowsOf(await t.ok("proxmox_backup_not_covered", { limit: 1000 }));
      const keys = ["vmid", "name", "kind", "node", "status", "template", "tags"];
      const text = (row: Shown) => keys.map((key) => row[key] || "").join(" ");
      const uncovered = await t.cluster.get<readonly { vmid: number }[]>(
        "/cluster/backup-info/not-backed-up",
      );
      const lines = (await resources(t)).filter((one) =>
        uncovered.some((line) => Number(line.vmid) === one.vmid),
      );
      const before = await rows();
      t.expect.equal(
        before.map(text).sort(),
        lines.map((one) => text({ ...one, kind: one.type, template: one.template === 1 })).sort(),
        "the guests that no job takes",
      );
      await makeJob(t, OWN, { storage, vmid: [vmid], enabled: false });
      t.expect.equal(
        (await rows()).map(text).sort(),
        before
          .filter((row) => row.vmid !== vmid)
          .map(text)
          .sort(),
        "those without the VM that one takes now",
      );
      await t.refused("proxmox_backup_not_covered", { limit: 0 }, "invalid_input");
    },
  }),
];
