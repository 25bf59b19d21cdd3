import { describe, expect, test } from "@jest/globals";
import Value from "typebox/value";
import { resolveInside } from "../../kernel/call/inside-step.ts";
import { isStep } from "../../kernel/call/step-kinds.ts";
import { detourUse } from "../../kernel/host/detour-uses.ts";
import access from "../../plugins/access/plugin.ts";
import backup from "../../plugins/backup/plugin.ts";
import cloudInit from "../../plugins/cloud-init/plugin.ts";
import cluster from "../../plugins/cluster/plugin.ts";
import escapeHatches from "../../plugins/escape-hatches/plugin.ts";
import lxc from "../../plugins/lxc/plugin.ts";
import nodes from "../../plugins/nodes/plugin.ts";
import storage from "../../plugins/storage/plugin.ts";
import tasks from "../../plugins/tasks/plugin.ts";
import vm from "../../plugins/vm/plugin.ts";
import type { FileStep, ShellStep } from "../../sdk/inside-steps.ts";
import { isWithin } from "../../sdk/risk.ts";
import { type Step, stepUse } from "../../sdk/steps.ts";
import { type DefinedTool, useName } from "../../sdk/tool.ts";
import { type Catalog, loadCatalog, releases } from "../../vendor/pve-docs/index.ts";
import { fakeNode, fakeReader, fakeVm, planOf, stepsOf } from "../helpers/fake-reader.ts";

const catalog = loadCatalog();

/** An endpoint of the release, any of them, or a way past the API. */
function isKnown(use: string, known: Catalog): boolean {
  return use === "any" || known.endpoint(use) !== undefined || detourUse(use, known) !== undefined;
}

const file = { from: { artifact: "a" }, size: 2 ** 30, mtimeMs: 1, sha256: "a".repeat(64) };
const services = {
  catalog,
  log: { info: () => undefined, warn: () => undefined },
  uploads: {
    look: async (
      _pve: unknown,
      { artifactId, resourceUri }: { artifactId?: string; resourceUri?: string },
    ) => (artifactId === "a_1" || resourceUri?.endsWith("/a_1") === true ? { ...file, size: 10 } : file),
  },
};
const tools = [backup, cluster, nodes, vm, lxc, cloudInit, storage, access, tasks, escapeHatches].flatMap(
  (plugin) => plugin.tools(services as never),
);
const byName = new Map(tools.map((tool) => [tool.name, tool]));

function asInside(step: Step): ShellStep | FileStep {
  if (step.via === "shell" || step.via === "file") return step;
  throw new Error(`a step of another kind: ${step.via}`);
}

function toolNamed(name: string): DefinedTool {
  const tool = byName.get(name);
  if (tool === undefined) throw new Error(`no tool ${name}`);
  return tool;
}

describe("every tool", () => {
  test.each(tools.map((tool) => [tool.name, tool] as const))("%s keeps the contract", (name, tool) => {
    expect(name).toMatch(/^proxmox_[a-z]+(?:_[a-z]+)+$/);
    expect(tool.describe.length).toBeLessThan(260);
    expect(tool.plan === undefined).toBe(tool.risk === "read");
    const inputs = Object.keys((tool.input as { properties?: object }).properties ?? {});
    for (const common of ["cluster", "dryRun", "waitMode", "timeoutMs", "pollIntervalMs"]) {
      expect(inputs).not.toContain(common);
    }
  });

  test.each(releases())("serves Proxmox VE %s, but for what that cannot do at all", (release) => {
    const known = loadCatalog(release);
    const lacking = tools.filter(({ uses }) =>
      uses.some((use) => typeof use === "string" && !isKnown(use, known)),
    );
    const isOfMappings = (name: string) => /^proxmox_(?:pci|usb|dir)_mapping_/.test(name);
    const names = lacking.map(({ name }) => name);
    expect(names.filter((name) => !isOfMappings(name))).toEqual(
      release === "7.4" ? ["proxmox_vm_pci_attach", "proxmox_lxc_interfaces"] : [],
    );
    expect(names.filter(isOfMappings)).toHaveLength(release === "7.4" ? 15 : 0);
  });

  test("uses only what the newest release has", () => {
    const uses = tools.flatMap((tool) => tool.uses.map(useName));
    expect(uses.filter((use) => !isKnown(use, catalog))).toEqual([]);
  });

  test("names are unique", () => {
    expect(byName.size).toBe(tools.length);
  });
});

describe("plans fit the API", () => {
  const reader = fakeReader({
    ways: { rootLogin: false, ssh: true },
    guests: [
      fakeVm({ vmid: 100, name: "web" }),
      fakeVm({ vmid: 900, template: true }),
      fakeVm({ vmid: 101, name: "web2", status: "running" }),
      fakeVm({ vmid: 201, kind: "lxc", status: "running" }),
    ],
    nodes: [fakeNode("pve1"), fakeNode("pve2"), fakeNode("pve3", { status: "offline" })],
    answers: {
      "GET /cluster/nextid": ({ vmid }: { vmid?: number }) => String(vmid ?? 105),
      "GET /nodes/{node}/qemu/{vmid}/status/current": { status: "stopped" },
      "GET /storage": [{ storage: "local", type: "dir", content: "iso,images,snippets" }],
      "GET /nodes/{node}/storage/{storage}/content": [],
      "GET /nodes/{node}/storage/{storage}/status": { active: 1, avail: 2 ** 40 },
      "GET /nodes/{node}/qemu/{vmid}/snapshot": [{ name: "s1" }, { name: "current", parent: "s1" }],
      "GET /nodes/{node}/qemu/{vmid}/feature": { hasFeature: 1 },
      "GET /nodes/{node}/qemu/{vmid}/migrate": { running: 0 },
      "GET /nodes/{node}/qemu/{vmid}/config": {
        scsi0: "local-lvm:vm-100-disk-0,size=8G",
        unused0: "local-lvm:vm-100-disk-1",
        hostpci1: "mapping=nic",
        ide2: "local-lvm:vm-100-cloudinit,media=cdrom",
        machine: "q35",
      },
      "GET /cluster/mapping/pci/{id}": { map: ["node=pve1,path=0000:01:00.0"] },
    },
  });

  test.each([
    ["proxmox_node_action", { node: "pve1", action: "reboot" }],
    ["proxmox_node_action", { node: "pve3", action: "wakeonlan" }],
    ["proxmox_node_action", { node: "pve1", action: "startall", vms: [100], force: true, "max-workers": 2 }],
    ["proxmox_node_action", { node: "pve1", action: "stopall", timeout: 10, "force-stop": false }],
    ["proxmox_node_action", { node: "pve1", action: "suspendall" }],
    ["proxmox_node_action", { node: "pve1", action: "migrateall", target: "pve2", "with-local-disks": true }],
    ["proxmox_vm_action", { vmid: 100, action: "start", timeout: 10, machine: "q35", "force-cpu": "host" }],
    ["proxmox_vm_action", { vmid: "web", action: "stop", "overrule-shutdown": true }],
    ["proxmox_vm_action", { vmid: 100, action: "shutdown", forceStop: true, keepActive: true }],
    ["proxmox_vm_action", { vmid: 100, action: "hibernate", statestorage: "local" }],
    [
      "proxmox_vm_create",
      { node: "pve1", memory: 2048, diskGiB: 8, diskStorage: "local-lvm", bridge: "vmbr0" },
    ],
    [
      "proxmox_vm_create",
      {
        node: "pve1",
        vmid: 123,
        memory: "1024",
        net0: "virtio,bridge=vmbr1,tag=5",
        ide2: "local:cloudinit",
        ipconfig0: "ip=dhcp",
        sshkeys: "ssh-ed25519 AAAA me@here",
        tags: ["a", "b"],
        agent: "1",
        boot: "order=scsi0;net0",
      },
    ],
    ["proxmox_vm_update_config", { vmid: 100, memory: 4096, delete: ["tags"], digest: "a".repeat(40) }],
    ["proxmox_vm_update_config", { vmid: 100, scsi1: "local-lvm:32,discard=on" }],
    ["proxmox_vm_update_config", { vmid: 100, delete: "scsi1,unused0", force: true }],
    ["proxmox_vm_clone", { vmid: 900, name: "copy", full: true, storage: "local-lvm", target: "pve2" }],
    ["proxmox_vm_convert_to_template", { vmid: 100, disk: "scsi0" }],
    ["proxmox_vm_destroy", { vmid: 100, purge: true, "destroy-unreferenced-disks": true }],
    ["proxmox_vm_snapshot_create", { vmid: 100, snapname: "s2", vmstate: true, description: "x" }],
    ["proxmox_vm_snapshot_rollback", { vmid: 100, snapname: "s1", start: true }],
    ["proxmox_vm_snapshot_delete", { vmid: 100, snapname: "s1", force: true }],
    ["proxmox_vm_disk_resize", { vmid: 100, disk: "scsi0", size: "+1G", digest: "a".repeat(40) }],
    ["proxmox_vm_disk_move", { vmid: 100, disk: "scsi0", storage: "nfs", format: "qcow2", delete: true }],
    ["proxmox_vm_disk_move", { vmid: 100, disk: "unused0", "target-vmid": 900, "target-disk": "scsi3" }],
    [
      "proxmox_vm_disk_import",
      { vmid: 100, source: "nfs:import/a.qcow2", storage: "nfs", format: "raw", options: "ssd=1" },
    ],
    ["proxmox_vm_disk_unlink", { vmid: 100, idlist: ["scsi0", "unused0"], force: true }],
    ["proxmox_vm_migrate", { vmid: 100, target: "pve2", targetstorage: "nfs", bwlimit: 1000 }],
    ["proxmox_vm_pci_attach", { vmid: 100, mapping: "gpu", pcie: true, "x-vga": true, mdev: "nvidia-35" }],
    ["proxmox_vm_pci_detach", { vmid: 100, mapping: "nic" }],
    ["proxmox_vm_cloud_init_regenerate", { vmid: 100 }],
    ["proxmox_storage_define", { storage: "nas", type: "nfs", server: "192.0.2.5", export: "/srv" }],
    ["proxmox_storage_update", { storage: "local", content: ["iso"], delete: ["nodes"], disable: false }],
    ["proxmox_storage_remove", { storage: "local" }],
    ["proxmox_storage_allocate", { storage: "local", node: "pve1", vmid: 100, filename: "a", size: "1G" }],
    [
      "proxmox_storage_upload",
      { storage: "local", node: "pve1", content: "iso", filename: "a.iso", path: "/iso/a.iso" },
    ],
    ["proxmox_api_call", { method: "PUT", path: "/nodes/pve1/qemu/100/config", params: { onboot: true } }],
  ])("%s with %j", async (name, input) => {
    const tool = toolNamed(name);
    expect([...Value.Errors(tool.input, input)]).toEqual([]);
    for (const step of await planOf(tool, input, reader)) {
      const key = `${step.method} ${step.path}`;
      const endpoint = catalog.endpoint(key);
      if (endpoint === undefined) throw new Error(`no endpoint ${key}`);
      expect(catalog.check(endpoint, step.params)).toEqual([]);
      expect(isWithin(catalog.risk(endpoint, step.params), tool.risk)).toBe(true);
      expect(tool.uses.map(useName).some((use) => use === key || use === "any")).toBe(true);
    }
  });

  test.each([
    ["proxmox_shell_run", { node: "pve1", script: "uptime\necho 'x'", useSudo: true }],
    ["proxmox_shell_run", { vmid: 101, script: "Get-Item .", shell: "powershell", commandTimeoutMs: 5_000 }],
    ["proxmox_shell_run", { vmid: "web2", script: "dir", shell: "cmd" }],
    ["proxmox_shell_run", { vmid: 201, script: "cat", shell: "bash", stdin: "a" }],
    ["proxmox_node_terminal_run", { node: "pve1", command: ["ip", "-j", "link"], useSudo: true }],
    ["proxmox_vm_guest_exec", { vmid: 101, command: ["uname", "-a"], stdin: "" }],
    ["proxmox_lxc_exec", { vmid: 201, command: ["uname"], commandTimeoutMs: 1_000 }],
    ["proxmox_file_read", { node: "pve1", path: "/etc/hosts", maxBytes: 1_000 }],
    ["proxmox_file_read", { vmid: 101, path: "C:\\a.txt" }],
    ["proxmox_file_write", { node: "pve1", path: "/etc/motd", content: "hi\n", expected: "absent" }],
    ["proxmox_file_write", { vmid: 201, path: "/a", artifactId: "a_1", mode: "0640" }],
    ["proxmox_file_write", { vmid: 101, path: "/a", resourceUri: "proxmox://artifacts/a_1" }],
  ])("%s with %j goes past the API as it says", async (name, input) => {
    const tool = toolNamed(name);
    expect([...Value.Errors(tool.input, input)]).toEqual([]);
    for (const step of await stepsOf(tool, input, reader)) {
      expect(isStep(step)).toBe(true);
      const { over, path } = resolveInside({ ...asInside(step), id: "s1" }, { catalog, login: "ops" }).step;
      expect(tool.uses.map(useName)).toContain(stepUse(step));
      // What a VM's agent is asked takes rights, so the tool says which endpoint it is.
      if (over.place.kind === "qemu") expect(tool.uses.map(useName).join()).toContain(path);
      expect(tool.risk).toBe("escape");
    }
  });

  test.each([
    [
      "proxmox_cloud_init_snippet_put",
      { storage: "local", node: "pve1", name: "a.yaml", content: "#!/bin/sh\n" },
    ],
    [
      "proxmox_cloud_init_snippet_put",
      { storage: "local", node: "pve1", name: "a.yaml", artifactId: "a_1", expected: "absent" },
    ],
    ["proxmox_cloud_init_snippet_delete", { storage: "local", node: "pve1", name: "b.yaml" }],
    ["proxmox_vm_pci_attach", { vmid: 100, host: "0000:01:00.0" }],
  ])("%s with %j goes past the API only by its uses", async (name, input) => {
    const tool = toolNamed(name);
    expect([...Value.Errors(tool.input, input)]).toEqual([]);
    for (const step of await stepsOf(tool, input, reader)) {
      expect(tool.uses.map(useName)).toContain(stepUse(step));
    }
  });

  test.each([
    ["proxmox_shell_run", { script: "a" }, "invalid_input"],
    ["proxmox_shell_run", { node: "pve1", vmid: 101, script: "a" }, "invalid_input"],
    ["proxmox_shell_run", { node: "pve3", script: "a" }, "unreachable"],
    ["proxmox_shell_run", { node: "pve1", script: "a", shell: "powershell" }, "invalid_input"],
    ["proxmox_shell_run", { vmid: 201, script: "a", shell: "cmd" }, "invalid_input"],
    ["proxmox_shell_run", { vmid: 101, script: 'type "a b"', shell: "cmd" }, "invalid_input"],
    ["proxmox_shell_run", { vmid: 101, script: "a\nb", shell: "cmd" }, "invalid_input"],
    ["proxmox_shell_run", { vmid: 101, script: "a".repeat(5_901), shell: "powershell" }, "invalid_input"],
    ["proxmox_shell_run", { vmid: 101, script: "a", useSudo: true }, "invalid_input"],
    ["proxmox_shell_run", { vmid: 201, script: "a", useSudo: true }, "invalid_input"],
    ["proxmox_shell_run", { vmid: 100, script: "a" }, "conflict"],
    ["proxmox_node_terminal_run", { node: "pve3", command: ["a"] }, "unreachable"],
    ["proxmox_vm_guest_exec", { vmid: 100, command: ["a"] }, "conflict"],
    ["proxmox_vm_guest_exec", { vmid: 201, command: ["a"] }, "not_found"],
    ["proxmox_lxc_exec", { vmid: 101, command: ["a"] }, "not_found"],
    ["proxmox_file_write", { node: "pve1", path: "/a" }, "invalid_input"],
    ["proxmox_file_write", { node: "pve1", path: "/a", content: "a", artifactId: "b" }, "invalid_input"],
    ["proxmox_file_write", { node: "pve1", path: "/a", content: "ä".repeat(131_073) }, "unsupported"],
    ["proxmox_file_write", { vmid: 101, path: "/a", artifactId: "big" }, "unsupported"],
  ])("%s refuses %j", async (name, input, code) => {
    await expect(stepsOf(toolNamed(name), input, reader)).rejects.toMatchObject({ code });
  });

  test.each([
    ["proxmox_cloud_init_snippet_put", { storage: "local", name: "a", content: "x", path: "/etc/shadow" }],
    ["proxmox_cloud_init_snippet_delete", { storage: "local", name: "a", expected: "absent" }],
    ["proxmox_vm_pci_attach", { vmid: 100, host: "0000:01:00.0,romfile=x" }],
    ["proxmox_vm_create", { node: "pve1", args: "-device x" }],
    ["proxmox_vm_create", { node: "pve1", archive: "local:backup/x" }],
    ["proxmox_vm_update_config", { vmid: 100, hookscript: "local:snippets/x" }],
    ["proxmox_vm_update_config", { vmid: 100, net99: "virtio" }],
    ["proxmox_vm_action", { vmid: 100, action: "explode" }],
    ["proxmox_vm_disk_resize", { vmid: 100, disk: "rootfs", size: "+1G" }],
    ["proxmox_vm_migrate", { vmid: 100, target: "pve2", force: true }],
    ["proxmox_lxc_migrate", { vmid: 200, target: "pve2", online: true }],
    ["proxmox_console_ticket", { vmid: 100, type: "shell" }],
    ["proxmox_node_get", { node: "../etc" }],
    ["proxmox_file_write", { node: "pve1", path: "/a", content: "", expected: "abc" }],
    ["proxmox_file_write", { node: "pve1", path: "/a", content: "", mode: "9" }],
    ["proxmox_node_terminal_run", { node: "pve1", command: [] }],
    ["proxmox_node_terminal_run", { node: "pve1", command: "uptime" }],
  ])("%s does not take %j", (name, input) => {
    const { input: schema } = toolNamed(name);
    const strict = { additionalProperties: false, ...schema };
    expect(Value.Check(strict, input)).toBe(false);
  });
});
