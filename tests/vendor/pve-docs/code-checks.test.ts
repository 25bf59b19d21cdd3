import { describe, expect, test } from "@jest/globals";
import {
  type CallParams,
  CODE_CHECKS,
  isRead,
  keyOf,
  loadCatalog,
  paramSchema,
  privilegeNames,
  privilegesText,
  releases,
  UNREAD,
} from "../../../vendor/pve-docs/index.ts";

const catalogs = releases().map((release) => loadCatalog(release));
const known = new Set(catalogs.flatMap(({ endpoints }) => endpoints.map(keyOf)));

function further(key: string, params?: CallParams, release = "9.2") {
  const catalog = loadCatalog(release);
  const endpoint = catalog.endpoint(key);
  if (endpoint === undefined) throw new Error(`no ${key}`);
  return catalog.privileges(endpoint, params).further;
}

/** Needs as `privilege on path`, for comparing. */
function short(key: string, params?: CallParams, release = "9.2"): string[] {
  return further(key, params, release).map(
    ({ path, privileges, any, orOn, maybe }) =>
      `${maybe ? "maybe " : ""}${privileges.join(any ? "|" : "&")} on ${path}${orOn ? ` or ${orOn}` : ""}`,
  );
}

describe("the table of code checks", () => {
  test("is about endpoints that exist, each once", () => {
    const keys = CODE_CHECKS.flatMap(({ endpoints }) => endpoints);
    expect(keys.filter((key) => !known.has(key))).toEqual([]);
    expect(new Set(keys).size).toBe(keys.length);
  });

  test("names its source, privileges that exist, and parameters that some release has", () => {
    const privileges = new Set(releases().flatMap((release) => [...privilegeNames(release)]));
    for (const { endpoints, origin, checks } of CODE_CHECKS) {
      const versions = endpoints.flatMap((key) => catalogs.flatMap((catalog) => catalog.endpoint(key) ?? []));
      for (const check of checks) {
        expect(check.origin ?? origin).toMatch(/^(?:qemu-server|pve-[a-z-]+), (?:src\/)?PVE\/\S+\.pm$/);
        expect(check.privileges.filter((name) => !privileges.has(name))).toEqual([]);
        const missing = (check.params ?? []).filter((name) =>
          versions.every((one) => paramSchema(one, name.replace("[n]", "0")) === undefined),
        );
        expect({ endpoints, missing }).toEqual({ endpoints, missing: [] });
      }
    }
  });

  test("covers every endpoint whose code checks more, except those listed as unread", () => {
    const checked = new Set(
      catalogs.flatMap(({ endpoints }) =>
        endpoints.filter(({ permissions }) => permissions?.codeChecks === true).map(keyOf),
      ),
    );
    const unread = [...checked].filter((key) => !isRead(key));
    expect(unread.toSorted()).toEqual(UNREAD.toSorted());
  });

  test("says of unread endpoints that more is checked", () => {
    const permissions = { user: "all", codeChecks: true } as const;
    const endpoint = { method: "GET", path: "/new", name: "new", parameters: {}, permissions } as const;
    const needs = loadCatalog("9.2").privileges(endpoint);
    expect(needs).toMatchObject({ unread: true, further: [] });
    expect(privilegesText(needs)).toContain("not known");
  });
});

describe("the checks of a call", () => {
  const create = "POST /nodes/{node}/qemu";
  const vm = { node: "pve1", vmid: 100 };

  test("follow the parameters of a new VM", () => {
    const params = { ...vm, pool: "dev", cores: 2, scsi0: "fast:32", ide2: "local:iso/a.iso,media=cdrom" };
    expect(short(create, params)).toEqual([
      "VM.Allocate on /vms/100 or /pool/dev",
      "VM.Config.CPU on /vms/100 or /pool/dev",
      "Datastore.AllocateSpace on /storage/fast",
      "Datastore.Allocate|Datastore.AllocateSpace|Datastore.Audit on /storage/local",
    ]);
  });

  test("take the default storage for a size alone", () => {
    expect(short(create, { ...vm, scsi0: "32", storage: "slow" })).toContain(
      "Datastore.AllocateSpace on /storage/slow",
    );
    expect(
      short("POST /nodes/{node}/lxc", { ...vm, ostemplate: "local:vztmpl/a.tar.zst", rootfs: "8" }),
    ).toEqual([
      "VM.Allocate on /vms/100",
      "Datastore.Allocate|Datastore.AllocateSpace|Datastore.Audit on /storage/local",
      "VM.Config.Disk on /vms/100",
      "Datastore.AllocateSpace on /storage/local",
    ]);
  });

  test("go down to bridges and VLANs, which only releases from 8 on check", () => {
    const params = {
      ...vm,
      net0: "virtio,bridge=vmbr0,tag=5,trunks=6;7",
      net1: "virtio=AA:BB:CC:DD:EE:FF,bridge=vmbr1",
    };
    const network = "VM.Config.Network on /vms/100";
    expect(short(create, params)).toEqual([
      "VM.Allocate on /vms/100",
      network,
      ...["vmbr0/5", "vmbr0/6", "vmbr0/7", "vmbr1"].map(
        (vnet) => `SDN.Use on /sdn/zones/localnetwork/${vnet}`,
      ),
    ]);
    expect(short(create, params, "7.4")).toEqual(["VM.Allocate on /vms/100", network]);
  });

  test("leave out what a switch that is off does not do", () => {
    expect(short(create, { ...vm, start: false })).toEqual(["VM.Allocate on /vms/100"]);
    expect(short(create, { ...vm, start: true })).toEqual([
      "VM.Allocate on /vms/100",
      "VM.PowerMgmt on /vms/100",
    ]);
    expect(short(create, { ...vm, start: true }, "8.4")).toEqual(["VM.Allocate on /vms/100"]);
  });

  test("take a backup of another guest for what it is", () => {
    const archive = "local:backup/vzdump-qemu-105-2026_01_01-00_00_00.vma.zst";
    expect(short(create, { ...vm, archive })).toEqual(
      expect.arrayContaining([
        "VM.Backup on /vms/105",
        "Datastore.Allocate|Datastore.AllocateSpace on /storage/local",
      ]),
    );
    expect(short(create, { ...vm, vmid: 105, archive, force: true })).toEqual([
      "VM.Allocate|VM.Backup on /vms/105",
      "maybe Datastore.AllocateSpace on /storage/{storage}",
      "maybe SDN.Use on /sdn/zones/localnetwork/{vnet}",
    ]);
  });

  test("count options that are removed", () => {
    const update = "PUT /nodes/{node}/qemu/{vmid}/config";
    expect(short(update, { ...vm, delete: "cores,description" })).toEqual([
      "VM.Config.CPU on /vms/100",
      "VM.Config.Options on /vms/100",
    ]);
    expect(short(update, { ...vm, delete: "ide2" })).toEqual([
      "maybe VM.Config.Disk on /vms/100",
      "maybe VM.Config.CDROM on /vms/100",
      "maybe VM.Config.CDROM&VM.Config.Cloudinit on /vms/100",
    ]);
    expect(short(update, { ...vm, delete: "hostpci0" })).toEqual([
      "VM.Config.HWType on /vms/100",
      "maybe Mapping.Use on /mapping/{kind}/{name}",
    ]);
  });

  test("tell drives by kind when a VM is changed", () => {
    const update = "POST /nodes/{node}/qemu/{vmid}/config";
    expect(short(update, { ...vm, ide2: "none,media=cdrom" })).toEqual(["VM.Config.CDROM on /vms/100"]);
    expect(short(update, { ...vm, ide0: "local:cloudinit" })).toEqual([
      "VM.Config.Cloudinit&VM.Config.CDROM on /vms/100",
    ]);
    expect(short(update, { ...vm, scsi1: "fast:8" })).toEqual([
      "Datastore.AllocateSpace on /storage/fast",
      "VM.Config.Disk on /vms/100",
    ]);
  });

  test("name every guest of a bulk action, or ask for all", () => {
    const key = "POST /nodes/{node}/startall";
    expect(short(key, { node: "pve1", vms: "100,101" })).toEqual([
      "VM.PowerMgmt on /vms/100 or /",
      "VM.PowerMgmt on /vms/101 or /",
    ]);
    expect(short(key, { node: "pve1" })).toEqual(["VM.PowerMgmt on /"]);
  });

  test("take no privilege on / for guests of a bulk action over the whole cluster", () => {
    const key = "POST /cluster/bulk-action/guest/suspend";
    expect(short(key, { vms: [100], "to-disk": true, statestorage: "fast" })).toEqual([
      "VM.PowerMgmt on /vms/100",
      "VM.Config.Disk on /vms/100",
      "Datastore.AllocateSpace on /storage/fast",
    ]);
    expect(short(key, { "to-disk": true })).toEqual(["VM.PowerMgmt on /", "VM.Config.Disk on /"]);
    expect(short(key, { vms: [100], "to-disk": false })).toEqual(["VM.PowerMgmt on /vms/100"]);
  });

  test("know the guest of a replication job, and since when it matters", () => {
    const key = "POST /cluster/replication";
    const job = { id: "100-0", target: "pve2", type: "local" };
    expect(short(key, job)).toEqual(["VM.Replicate on /vms/100"]);
    expect(short(key, job, "8.4")).toEqual([]);
  });

  test("ask for the storages' definitions only where a disk's call changes them", () => {
    const key = "POST /nodes/{node}/disks/zfs";
    const pool = { node: "pve1", name: "tank", devices: "/dev/sdb", raidlevel: "single" };
    expect(short(key, pool)).toEqual([]);
    expect(short(key, { ...pool, add_storage: true })).toEqual(["Datastore.Allocate on /storage"]);
    expect(short(key, { ...pool, add_storage: true }, "7.4")).toEqual([]);
  });

  test("without parameters name what each hangs on", () => {
    const start = further(create).find(({ privileges }) => privileges.includes("VM.PowerMgmt"));
    expect(start).toEqual({
      path: "/vms/{vmid}",
      orOn: "/pool/{pool}",
      privileges: ["VM.PowerMgmt"],
      condition: "with start",
      maybe: true,
    });
  });
});
