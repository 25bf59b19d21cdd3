import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import type { Lab } from "../../sdk/lab/index.ts";
import type { ClusterReader } from "../../sdk/testing/cluster-reader.ts";
import { guestOf, wholeState } from "./lab-view.ts";
import { Bench, type Session, settingsFor, UNGUARDED } from "./support.ts";

const QUICK = { pollIntervalMs: 200 };

const bench = new Bench();
let lab: Lab;
let session: Session;
let reader: ClusterReader;
beforeAll(async () => {
  lab = await bench.lab({ speed: 1000 });
  reader = bench.reader(lab);
  session = await bench.server({
    ...settingsFor(lab),
    ...UNGUARDED,
    PROXMOX_DEFAULT_VM_STORAGE: "local-lvm",
  });
});
afterAll(() => bench.close());

type Config = Readonly<Record<string, unknown>>;
const config = (node: string, vmid: number) => reader.get<Config>(`/nodes/${node}/qemu/${vmid}/config`);

describe("proxmox_vm_create", () => {
  const given = {
    ...{ node: "pve2", vmid: 700, name: "made", memory: 1024, cores: 2, diskGiB: 6, bridge: "vmbr0" },
    ...{
      tags: ["one", "two"],
      ciuser: "admin",
      sshkeys: "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIHcanary me@here",
    },
  };

  test("a dry run shows the whole request and makes nothing", async () => {
    const before = wholeState(lab);
    const { text } = await session.ok("proxmox_vm_create", { ...given, dryRun: true });
    expect(text).toMatch(/POST \/nodes\/pve2\/qemu \[write\].*scsi0=local-lvm:6.*net0=virtio,bridge=vmbr0/);
    expect(wholeState(lab)).toBe(before);
  });

  test("makes the VM with disk, network and keys as they were given", async () => {
    await session.ok("proxmox_vm_create", { ...given, ...QUICK });
    const made = await config("pve2", 700);
    expect(made).toMatchObject({ name: "made", cores: 2, ciuser: "admin", tags: "one;two" });
    expect(String(made.memory)).toBe("1024");
    expect(made.scsi0).toMatch(/^local-lvm:vm-700-disk-0,.*size=6G/);
    expect(made.net0).toMatch(/^virtio=[0-9A-F:]{17},bridge=vmbr0$/);
    expect(decodeURIComponent(String(made.sshkeys))).toBe(given.sshkeys);
  });

  test("finds a free VMID where none is named, and starts where asked", async () => {
    await session.ok("proxmox_vm_create", {
      node: "pve1",
      name: "unnumbered",
      bridge: "none",
      start: true,
      ...QUICK,
    });
    const made = [...lab.state.guests.values()].find((guest) => guest.config.get("name") === "unnumbered");
    expect(made?.vmid).toBe(100);
    expect(made?.runtime?.qmpstatus).toBe("running");
    expect(made?.config.has("net0")).toBe(false);
  });

  test.each([
    ["a VMID in use", { node: "pve1", vmid: 101 }, "conflict"],
    ["a node that is not there", { node: "pve9" }, "not_found"],
    ["a disk twice", { node: "pve1", diskGiB: 1, scsi0: "local-lvm:1" }, "invalid_input"],
    ["a property string with an unknown key", { node: "pve1", net0: "virtio,brigde=vmbr0" }, "invalid_input"],
    ["a number out of range", { node: "pve1", cores: 0 }, "invalid_input"],
    ["what only root@pam's password may", { node: "pve1", args: "-device x" }, "invalid_input"],
  ])("refuses %s", async (_what, args, code) => {
    const before = wholeState(lab);
    expect((await session.refused("proxmox_vm_create", args)).code).toBe(code);
    expect(wholeState(lab)).toBe(before);
  });
});

describe("proxmox_vm_update_config", () => {
  test("a dry run shows each key before and after, and changes nothing", async () => {
    const before = wholeState(lab);
    const { text } = await session.ok("proxmox_vm_update_config", {
      ...{ vmid: 104, cores: 8, description: "new words", delete: ["ide2"], dryRun: true },
    });
    expect(text).toContain("cores: 4 -> 8");
    expect(text).toContain("description: (unset) -> new words");
    expect(text).toMatch(/ide2: nfs:iso\/virtio.* -> \(removed\)/);
    expect(wholeState(lab)).toBe(before);
  });

  test("sets and deletes options of a stopped VM", async () => {
    await session.ok("proxmox_vm_update_config", {
      vmid: "win1",
      cores: 8,
      description: "new words",
      delete: ["ide2"],
      ...QUICK,
    });
    const now = await config("pve3", 104);
    expect(now).toMatchObject({ cores: 8, description: "new words" });
    expect(now).not.toHaveProperty("ide2");
  });

  test("what a running VM cannot take stays pending, and revert drops it", async () => {
    await session.ok("proxmox_vm_update_config", { vmid: 102, bios: "ovmf" });
    expect(guestOf(lab, 102).pending.get("bios")).toBe("ovmf");
    await session.ok("proxmox_vm_update_config", { vmid: 102, revert: ["bios"] });
    expect(guestOf(lab, 102).pending.has("bios")).toBe(false);
  });

  test("a new disk is a task, and removing it for good is destructive", async () => {
    await session.ok("proxmox_vm_update_config", { vmid: 112, scsi1: "local-lvm:2", ...QUICK });
    expect((await config("pve3", 112)).scsi1).toMatch(/^local-lvm:vm-112-disk-1,size=2G/);
    const plan = await session.ok("proxmox_vm_update_config", {
      vmid: 112,
      delete: ["scsi1"],
      force: true,
      dryRun: true,
    });
    expect(plan.text).toContain("Risk: destructive.");
    await session.ok("proxmox_vm_update_config", { vmid: 112, delete: ["scsi1"], force: true, ...QUICK });
    expect(await config("pve3", 112)).not.toHaveProperty("scsi1");
  });

  test("a digest of before is a conflict, and nothing is changed", async () => {
    const { digest } = await config("pve3", 111);
    guestOf(lab, 111).config.set("description", "someone else was here");
    const answer = await session.refused("proxmox_vm_update_config", { vmid: 111, cores: 3, digest });
    expect(answer.code).toBe("conflict");
    expect((await config("pve3", 111)).cores).toBe(2);
  });

  test("a locked VM is a conflict; nothing to change is invalid", async () => {
    guestOf(lab, 110).config.set("lock", "backup");
    const locked = await session.refused("proxmox_vm_update_config", { vmid: 110, cores: 3 });
    expect(locked.code).toBe("conflict");
    expect(locked.text).toContain("locked (backup)");
    guestOf(lab, 110).config.delete("lock");
    expect((await session.refused("proxmox_vm_update_config", { vmid: 110 })).code).toBe("invalid_input");
  });
});

describe("proxmox_vm_clone and templates", () => {
  test("a dry run makes nothing", async () => {
    const before = wholeState(lab);
    const { text } = await session.ok("proxmox_vm_clone", {
      vmid: 900,
      newid: 750,
      name: "copy",
      dryRun: true,
    });
    expect(text).toMatch(
      /POST \/nodes\/pve1\/qemu\/900\/clone \[write\] name=copy newid=750|newid=750 name=copy/,
    );
    expect(wholeState(lab)).toBe(before);
  });

  test("a template is cloned linked, to another node over shared storage", async () => {
    await session.ok("proxmox_vm_clone", {
      vmid: "debian-13-genericcloud",
      newid: 751,
      name: "copy",
      target: "pve3",
      ...QUICK,
    });
    const copy = await config("pve3", 751);
    expect(copy.name).toBe("copy");
    expect(copy.scsi0).toContain("base-900-disk-0");
    expect(copy).not.toHaveProperty("template");
  });

  test("a full clone has disks of its own, where asked", async () => {
    await session.ok("proxmox_vm_clone", { vmid: 104, newid: 752, full: true, storage: "nfs", ...QUICK });
    expect((await config("pve3", 752)).scsi0).toMatch(/^nfs:752\/vm-752-disk-0/);
  });

  test("refuses a VMID in use and a target that is not there", async () => {
    expect((await session.refused("proxmox_vm_clone", { vmid: 900, newid: 101 })).code).toBe("conflict");
    expect((await session.refused("proxmox_vm_clone", { vmid: 900, target: "pve9" })).code).toBe("not_found");
  });

  test("a VM becomes a template, once, and not while it runs", async () => {
    const before = wholeState(lab);
    expect((await session.ok("proxmox_vm_convert_to_template", { vmid: 112, dryRun: true })).text).toContain(
      "/template",
    );
    expect(wholeState(lab)).toBe(before);
    await session.ok("proxmox_vm_convert_to_template", { vmid: 112, ...QUICK });
    expect(guestOf(lab, 112).config.get("template")).toBe("1");
    expect((await session.ok("proxmox_vm_template_list")).text).toContain("112\tscratch");
    expect((await session.refused("proxmox_vm_convert_to_template", { vmid: 112 })).code).toBe("conflict");
    expect((await session.refused("proxmox_vm_convert_to_template", { vmid: 101, ...QUICK })).isError).toBe(
      true,
    );
    expect(guestOf(lab, 101).config.has("template")).toBe(false);
  });
});

describe("proxmox_vm_destroy", () => {
  test("a dry run says that it is destructive, and removes nothing", async () => {
    const before = wholeState(lab);
    const { text } = await session.ok("proxmox_vm_destroy", { vmid: 110, purge: true, dryRun: true });
    expect(text).toMatch(/DELETE \/nodes\/pve2\/qemu\/110 \[destructive\] purge=1/);
    expect(text).toContain("Risk: destructive.");
    expect(wholeState(lab)).toBe(before);
  });

  test("removes a stopped VM with its disks", async () => {
    await session.ok("proxmox_vm_destroy", { vmid: 110, ...QUICK });
    expect(lab.state.guests.has(110)).toBe(false);
    const disks = await reader.get<{ vmid: number }[]>("/nodes/pve2/storage/local-lvm/content");
    expect(disks.filter(({ vmid }) => vmid === 110)).toEqual([]);
    expect((await session.refused("proxmox_vm_get", { vmid: 110 })).code).toBe("not_found");
  });

  test("a protected VM and a running one stay, and the answer says why", async () => {
    guestOf(lab, 104).config.set("protection", "1");
    const protectedVm = await session.refused("proxmox_vm_destroy", { vmid: 104, ...QUICK });
    expect(protectedVm.text).toContain("protect");
    const running = await session.refused("proxmox_vm_destroy", { vmid: 101, ...QUICK });
    expect(running.text).toMatch(/VM 101 .*is running/);
    expect([104, 101].every((vmid) => lab.state.guests.has(vmid))).toBe(true);
  });
});

describe("proxmox_api_call", () => {
  test("changes what no other tool does, planned first", async () => {
    const call = {
      method: "POST",
      path: "/pools",
      params: { poolid: "made-by-call", comment: "a & b; c=d" },
    };
    const before = wholeState(lab);
    expect((await session.ok("proxmox_api_call", { ...call, dryRun: true })).text).toContain(
      "poolid=made-by-call",
    );
    expect(wholeState(lab)).toBe(before);
    await session.ok("proxmox_api_call", call);
    expect(lab.state.pools.get("made-by-call")?.comment).toBe("a & b; c=d");
    await session.ok("proxmox_api_call", {
      method: "DELETE",
      path: "/pools",
      params: { poolid: "made-by-call" },
    });
    expect(lab.state.pools.has("made-by-call")).toBe(false);
  });

  test("names every fault of a call at once, before it goes out", async () => {
    const before = lab.tasks.all().length;
    const { code, text } = await session.refused("proxmox_api_call", {
      ...{ method: "POST", path: "/nodes/pve1/qemu/101/clone", params: { newid: "many", nosuch: 1 } },
    });
    expect(code).toBe("invalid_input");
    expect(text).toMatch(/newid[\s\S]*nosuch|nosuch[\s\S]*newid/);
    expect(lab.tasks.all()).toHaveLength(before);
  });
});
