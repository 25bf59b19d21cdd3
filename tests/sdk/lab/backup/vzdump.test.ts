import { afterEach, beforeEach, describe, expect, test } from "@jest/globals";
import { LabClient } from "../qemu/client.ts";

let client: LabClient;

beforeEach(async () => {
  client = await LabClient.start();
});
afterEach(() => client.close());

const CONTENT = "/nodes/pve1/storage/nfs/content";

async function backup(vmid: number, params: Readonly<Record<string, unknown>> = {}) {
  return client.task("POST", "/nodes/pve1/vzdump", { vmid, storage: "nfs", ...params });
}

async function backups(vmid: number) {
  return client.rows(CONTENT, { vmid, content: "backup" });
}

describe("a backup", () => {
  test("of a running VM leaves it running and freezes its file systems", async () => {
    const before = client.lab.state.guests.get(103)?.runtime;
    const { exitstatus, log } = await backup(103, { compress: "zstd" });
    expect(exitstatus).toBe("OK");
    expect(log).toContain("INFO: backup mode: snapshot");
    expect(log).toContain("INFO: issuing guest-agent 'fs-freeze' command");
    expect(log.at(-2)).toBe("INFO: Backup job finished successfully");
    expect(client.lab.state.guests.get(103)?.runtime).toBe(before);
    expect(client.lab.state.guests.get(103)?.config.has("lock")).toBe(false);
    const [held] = await backups(103);
    expect(held).toMatchObject({ format: "vma.zst", subtype: "qemu", vmid: 103 });
    expect(Number(held?.size)).toBeGreaterThan(2 ** 30);
  });

  test("in stop mode starts the VM anew", async () => {
    const before = client.lab.state.guests.get(103)?.runtime;
    const { log } = await backup(103, { mode: "stop" });
    expect(log).toContain("INFO: stopping virtual guest");
    expect(log.some((line) => line.startsWith("INFO: resuming VM again after "))).toBe(true);
    const after = client.lab.state.guests.get(103)?.runtime;
    expect(after).toBeDefined();
    expect(after).not.toBe(before);
  });

  test("of a container on files suspends it, for there are no snapshots", async () => {
    const { exitstatus, log } = await backup(204);
    expect(exitstatus).toBe("OK");
    expect(log).toContain("INFO: mode failure - some volumes do not support snapshots");
    expect(log).toContain("INFO: backup mode: suspend");
    const thin = await backup(201);
    expect(thin.log).toContain("INFO: create storage snapshot 'vzdump'");
  });

  test("of several guests goes on after one that fails", async () => {
    client.lab.state.guests.get(101)?.config.set("lock", "migrate");
    const { exitstatus, log } = await client.task("POST", "/nodes/pve1/vzdump", {
      vmid: "103,101",
      storage: "nfs",
    });
    expect(exitstatus).toBe("job errors");
    expect(log).toContain("ERROR: Backup of VM 101 failed - VM is locked (migrate)");
    expect(await backups(103)).toHaveLength(1);
    expect(client.lab.state.guests.get(101)?.config.get("lock")).toBe("migrate");
  });

  test("of a VM without disks starts nothing", async () => {
    await client.task("POST", "/nodes/pve1/qemu", { vmid: 300, name: "empty" });
    const { log } = await backup(300, { compress: "zstd", zstd: 3 });
    const [held] = await backups(300);
    const path = `/mnt/pve/nfs/dump/${String(held?.volid).slice(11)}`.replace(/\.vma\.zst$/, "");
    const begun = log.indexOf("INFO: backup contains no disks");
    expect(log.slice(begun + 1, begun + 3)).toEqual([
      "INFO: starting diskless backup",
      `INFO: /usr/bin/vma create -v -c ${path}.tmp/qemu-server.conf exec:zstd --rsyncable --threads=3 > ${path}.vma.dat`,
    ]);
    expect(log.some((line) => line.includes("kvm"))).toBe(false);
    const made = { vmid: 301, archive: held?.volid, storage: "nfs" };
    expect((await client.task("POST", "/nodes/pve1/qemu", made)).exitstatus).toBe("OK");
  });

  test("of guests of other nodes is those nodes' business", async () => {
    expect(await client.ok("POST", "/nodes/pve1/vzdump", { vmid: 102, storage: "nfs" })).toBe("OK");
    const both = { vmid: "102,101", storage: "nfs" };
    const { log } = await client.task("POST", "/nodes/pve1/vzdump", both);
    expect(log[1]).toBe("INFO: skip external VMs: 102");
  });

  test("of all guests but some says that it means all", async () => {
    const { log } = await client.task("POST", "/nodes/pve1/vzdump", { exclude: 101, storage: "nfs" });
    expect(log[0]).toBe(
      "INFO: starting new backup job: vzdump --node pve1 --exclude 101 --storage nfs --all 1",
    );
  });

  test("tells everything that is wrong with its storage at once", async () => {
    await client.ok("PUT", "/storage/nfs", { disable: 1, content: "iso" });
    expect((await backup(101)).exitstatus).toBe(
      "could not activate storage 'nfs': storage 'nfs' is disabled could not get storage information for 'nfs': can't use storage 'nfs' for backups - wrong content type",
    );
  });

  test("gets notes from a template", async () => {
    await backup(101, { "notes-template": "{{guestname}} {{vmid}} on {{node}} of {{cluster}}\\nsecond" });
    const [held] = await backups(101);
    expect(held?.notes).toBe("web1 101 on pve1 of lab");
    const whole = await client.fields(`${CONTENT}/${String(held?.volid)}`);
    expect(whole.notes).toBe("web1 101 on pve1 of lab\nsecond");
    const odd = await backup(101, { "notes-template": "{{a{b}}" });
    expect(odd.log).toContain("WARN: unable to add notes - unexpected variable name 'a{b'");
  });

  test.each([
    ["{{nothing}} a\\tb", "found unknown: escape sequence '\\t' at char 13, variable 'nothing' at char 4\n"],
    ["one\ntwo", "contains a line feed\n"],
  ])("takes no template such as %j", async (template, fault) => {
    const params = { vmid: 101, storage: "nfs", "notes-template": template };
    const refused = await client.call("POST", "/nodes/pve1/vzdump", params);
    expect(refused).toMatchObject({ status: 400, errors: { "notes-template": fault } });
    const job = { ...params, schedule: "daily" };
    expect(await client.call("POST", "/cluster/backup", job)).toMatchObject({
      status: 500,
      message: `400 Parameter verification failed.\nnotes-template: ${fault}`.trim(),
    });
  });

  test("puts property strings together again in its log, and keeps some options to root", async () => {
    const { log } = await backup(101, { fleecing: "enabled=yes,storage=local" });
    expect(log[0]).toBe(
      "INFO: starting new backup job: vzdump 101 --node pve1 --storage nfs --fleecing '1,storage=local'",
    );
    const own = { vmid: 101, "job-id": "nightly" };
    expect((await client.call("POST", "/nodes/pve1/vzdump", own)).errors).toEqual({
      "job-id": "Only root may set this option.",
    });
    expect((await client.call("POST", "/nodes/pve1/vzdump", { vmid: 101, fleecing: "x" })).errors).toEqual({
      fleecing: "invalid format - format error\nfleecing.enabled: type check ('boolean') failed - got 'x'\n",
    });
  });
});

describe("older backups", () => {
  test("are pruned after a new one, protected ones left aside", async () => {
    for (const _ of [1, 2, 3]) await backup(101);
    const [oldest] = await backups(101);
    await client.ok("PUT", `${CONTENT}/${String(oldest?.volid)}`, { protected: 1 });
    const { log } = await backup(101, { "prune-backups": "keep-last=1" });
    expect(log).toContain("INFO: prune older backups with retention: keep-last=1");
    expect(log).toContain("INFO: pruned 2 backup(s) not covered by keep-retention policy");
    const left = await backups(101);
    expect(left).toHaveLength(2);
    expect(left[0]).toMatchObject({ volid: oldest?.volid, protected: 1 });
  });

  test("keep new ones away where they may not be removed", async () => {
    await backup(101);
    const full = await backup(101, { "prune-backups": "keep-last=1", remove: 0 });
    expect(full.log.find((line) => line.startsWith("ERROR"))).toContain("There is a max backup limit of 1");
  });

  test("can be looked at before they are pruned", async () => {
    for (const _ of [1, 2]) await backup(101);
    await backup(201);
    const path = "/nodes/pve1/storage/nfs/prunebackups";
    const plan = await client.rows(path, { "prune-backups": "keep-last=1", vmid: 101 });
    expect(plan.map(({ mark }) => mark)).toEqual(["remove", "keep"]);
    const upid = String(await client.ok("DELETE", `${path}?prune-backups=keep-last%3D1&type=qemu`));
    expect(upid).toMatch(/:prunebackups:nfs:/);
    expect((await client.ended(upid)).log[0]).toBe(`removing backup '${String(plan[0]?.volid)}'`);
    expect(await backups(101)).toHaveLength(1);
    expect(await backups(201)).toHaveLength(1);
  });

  test("protected ones have a limit", async () => {
    await client.ok("PUT", "/storage/nfs", { "max-protected-backups": 1 });
    await backup(101, { protected: 1 });
    const second = await backup(101, { protected: 1 });
    expect(second.log.find((line) => line.startsWith("ERROR"))).toContain(
      "The number of protected backups per guest is limited to 1 on storage 'nfs'",
    );
  });
});

describe("a restore", () => {
  test("brings a VM back without the disks that were left out", async () => {
    await client.ok("PUT", "/nodes/pve1/qemu/101/config", { scsi1: "local-lvm:1,backup=0" });
    await backup(101, { compress: "zstd" });
    const [held] = await backups(101);
    const text = String(await client.ok("GET", "/nodes/pve1/vzdump/extractconfig", { volume: held?.volid }));
    expect(text).toContain("#qmdump#map:scsi0:drive-scsi0:local-lvm:raw:\n");
    const made = await client.task("POST", "/nodes/pve1/qemu", {
      vmid: 300,
      archive: held?.volid,
      storage: "nfs",
    });
    expect(made.exitstatus).toBe("OK");
    expect(made.log).toContain(
      "map 'drive-scsi0' to '/mnt/pve/nfs/images/300/vm-300-disk-0.raw' (write zeros = 0)",
    );
    const config = await client.fields("/nodes/pve1/qemu/300/config");
    expect(config).not.toHaveProperty("scsi1");
    expect(config.description).toContain("scsi1: local-lvm:vm-101-disk-1,backup=0");
  });

  test("to a storage that takes no disks ends the command that reads the archive", async () => {
    await backup(101, { compress: "zstd" });
    const [held] = await backups(101);
    const target = { vmid: 300, archive: held?.volid, storage: "none" };
    const { exitstatus, log } = await client.task("POST", "/nodes/pve1/qemu", target);
    const [, command = "no command"] = /^restore vma archive: (.*)$/.exec(log[0] ?? "") ?? [];
    expect(exitstatus).toBe(`command 'set -o pipefail && ${command}' failed: storage 'none' does not exist`);
    expect(log.some((line) => line.startsWith("CTIME: "))).toBe(true);
  });

  test("brings a container back, under its own number with force", async () => {
    await backup(204, { compress: "gzip" });
    const [held] = await backups(204);
    expect(held).toMatchObject({ format: "tar.gz", subtype: "lxc" });
    const restore = { ostemplate: held?.volid, restore: 1, storage: "nfs" };
    const made = await client.task("POST", "/nodes/pve1/lxc", { ...restore, vmid: 300 });
    expect(made.exitstatus).toBe("OK");
    expect(await client.fields("/nodes/pve1/lxc/300/config")).toMatchObject({
      hostname: "build",
      memory: 4096,
    });
    await client.task("POST", "/nodes/pve1/lxc/204/status/stop");
    const asVm = await client.task("POST", "/nodes/pve1/qemu", { vmid: 301, archive: held?.volid });
    expect(asVm.exitstatus).toBe(
      `ERROR: file '/mnt/pve/nfs/dump/${String(held?.volid).slice(11)}' does not look like a QemuServer vzdump backup`,
    );
    const named = { vmid: 302, archive: held?.volid, name: "x" };
    expect((await client.task("POST", "/nodes/pve1/qemu", named)).exitstatus).toBe(
      "cannot pass along options (name) when restoring from tar archive",
    );
    await client.ok("PUT", "/nodes/pve1/lxc/204/config", { hostname: "other" });
    await client.task("POST", "/nodes/pve1/lxc", { ...restore, vmid: 204, force: 1 });
    expect(await client.fields("/nodes/pve1/lxc/204/config")).toMatchObject({ hostname: "build" });
  });
});

describe("rights", () => {
  test("are needed over the storage and over each guest", async () => {
    const own = { vmid: 101, storage: "nfs" };
    client.as("operator");
    expect((await client.task("POST", "/nodes/pve1/vzdump", own)).exitstatus).toBe("OK");
    const other = await client.task("POST", "/nodes/pve1/vzdump", { vmid: 204, storage: "nfs" });
    expect(other.exitstatus).toBe("403 Permission check failed (/vms/204, VM.Backup)");
    const all = await client.task("POST", "/nodes/pve1/vzdump", { all: 1, storage: "nfs" });
    expect(all.exitstatus).toBe("OK");
    expect(all.log.some((line) => line.includes("VM 204"))).toBe(false);
    const prune = await client.call("POST", "/nodes/pve1/vzdump", { ...own, "prune-backups": "keep-last=1" });
    expect(prune.message).toBe("Permission check failed (/storage/nfs, Datastore.Allocate)");
    const slow = await client.call("POST", "/nodes/pve1/vzdump", { ...own, bwlimit: 1 });
    expect(slow.message).toBe("Permission check failed (/, Sys.Modify)");
  });
});

test("a restore looks at the bridges of the backup when its disks are there", async () => {
  const lab = await LabClient.start("baseline");
  try {
    const roles = { "/storage/local": "PVEDatastoreUser", "/vms/100": "PVEVMUser" };
    for (const [path, role] of Object.entries(roles))
      await lab.ok("PUT", "/access/acl", { path, users: "test@pve", roles: role });
    lab.as("user");
    await lab.task("POST", "/nodes/vm/vzdump", { vmid: 100, storage: "local" });
    const [held] = await lab.rows("/nodes/vm/storage/local/content", { content: "backup" });
    const over = { vmid: 100, archive: held?.volid, force: 1 };
    const { exitstatus, log } = await lab.task("POST", "/nodes/vm/qemu", over);
    expect(exitstatus).toBe("403 Permission check failed (/sdn/zones/localnetwork/vmbr0, SDN.Use)");
    expect(log.some((line) => line.startsWith("new volume ID is 'local:100/"))).toBe(true);
  } finally {
    await lab.close();
  }
});

describe("a backup server", () => {
  test("keeps snapshots whose files can be listed", async () => {
    await client.ok("POST", "/storage", {
      storage: "pbs",
      type: "pbs",
      server: "192.0.2.6",
      datastore: "main",
    });
    await client.task("POST", "/nodes/pve1/vzdump", { vmid: 101, storage: "pbs" });
    const [held] = await client.rows("/nodes/pve1/storage/pbs/content");
    expect(held).toMatchObject({ format: "pbs-vm", subtype: "qemu", vmid: 101 });
    const path = "/nodes/pve1/storage/pbs/file-restore/list";
    const [disk] = await client.rows(path, { volume: held?.volid, filepath: "/" });
    expect(disk).toMatchObject({ text: "drive-scsi0.img.fidx", type: "v", leaf: 0 });
    const etc = Buffer.from("/drive-scsi0.img.fidx/part/1/etc").toString("base64");
    const files = await client.rows(path, { volume: held?.volid, filepath: etc });
    expect(files.map(({ text }) => text)).toContain("hostname");
    await backup(101);
    const [local] = await backups(101);
    const refused = await client.call("GET", "/nodes/pve1/storage/nfs/file-restore/list", {
      ...{ volume: local?.volid, filepath: "/" },
    });
    expect(refused.errors).toEqual({ storage: "Only PBS storages supported for file-restore." });
    const restored = await client.task("POST", "/nodes/pve1/qemu", { vmid: 300, archive: held?.volid });
    expect(restored.exitstatus).toBe("OK");
  });
});
