/** The same work through the same tools on every release that the lab can run as. */
import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import { LAB_RELEASES, type Lab } from "../../sdk/lab/index.ts";
import { Bench, type Session, settingsFor, UNGUARDED } from "./support.ts";

const bench = new Bench();
afterAll(() => bench.close());

describe.each(LAB_RELEASES)("on Proxmox VE %s", (pve) => {
  let lab: Lab;
  let session: Session;
  beforeAll(async () => {
    lab = await bench.lab({ pve, speed: Number.POSITIVE_INFINITY, refusalDelay: 0 });
    session = await bench.server({ ...settingsFor(lab), ...UNGUARDED });
  });

  const configOf = (vmid: number) => lab.state.guests.get(vmid)?.config;
  const isRunning = (vmid: number) => lab.state.guests.get(vmid)?.runtime !== undefined;

  test("what is there is read", async () => {
    expect((await session.ok("proxmox_inventory_overview")).text).toContain(`version: ${pve}`);
    expect((await session.ok("proxmox_vm_list")).text).toContain("web1");
    expect((await session.ok("proxmox_vm_get", { vmid: 101 })).text).toContain("web1");
    expect((await session.ok("proxmox_node_get", { node: "pve1" })).text).toContain(`pve-manager/${pve}`);
    await session.ok("proxmox_lxc_list");
    await session.ok("proxmox_cluster_status");
    await session.ok("proxmox_task_list");
  });

  test("a VM is made, changed, started, stopped and destroyed", async () => {
    const wait = { waitMode: "wait" };
    const disk = { scsi0: "local-lvm:4", net0: "virtio,bridge=vmbr0" };
    await session.ok("proxmox_vm_create", {
      vmid: 950,
      node: "pve1",
      name: "made",
      memory: 512,
      ...disk,
      ...wait,
    });
    expect(configOf(950)?.get("name")).toBe("made");
    await session.ok("proxmox_vm_update_config", { vmid: 950, cores: 2, tags: ["a", "b"], ...wait });
    expect(configOf(950)?.get("cores")).toBe("2");
    await session.ok("proxmox_vm_action", { vmid: 950, action: "start", ...wait });
    expect(isRunning(950)).toBe(true);
    await session.ok("proxmox_vm_action", { vmid: 950, action: "stop", ...wait });
    expect(isRunning(950)).toBe(false);
    await session.ok("proxmox_vm_destroy", { vmid: 950, ...wait });
    expect(configOf(950)).toBeUndefined();
  });

  test("a refusal says its reason, wherever the release puts it", async () => {
    const refused = await session.refused("proxmox_api_call", {
      method: "GET",
      path: "/nodes/pve1/qemu/999/config",
    });
    expect(refused.code).toBe("not_found");
    expect(refused.text).toContain("does not exist");
    const faults = await session.refused("proxmox_vm_action", {
      vmid: 101,
      action: "start",
      waitMode: "wait",
    });
    expect(faults.text).toContain("already running");
  });

  test("a disk grows, with a task or without", async () => {
    const disk = [...(configOf(101)?.keys() ?? [])].find((key) => /^scsi\d+$/.test(key)) ?? "";
    const before = configOf(101)?.get(disk);
    await session.ok("proxmox_api_call", {
      method: "PUT",
      path: "/nodes/pve1/qemu/101/resize",
      params: { disk, size: "+1G" },
      waitMode: "wait",
    });
    expect(configOf(101)?.get(disk)).not.toBe(before);
  });
});
