import { configOf, type Scenario, type ScenarioRun, scenario, stepsOf } from "../../../sdk/testing/index.ts";
import { backUp, backupStorage, type Guest, makeGuest, resources } from "./cluster.ts";

async function exists(t: ScenarioRun, vmid: number): Promise<boolean> {
  return (await resources(t)).some((one) => one.vmid === vmid);
}

/** Content of the storages of a node that bears the guest's VMID, without backups. */
async function volumesOf(t: ScenarioRun, { node, vmid }: Guest, storage: string): Promise<readonly string[]> {
  const content = await t.cluster.get<readonly { volid: string; content: string; vmid?: number }[]>(
    `/nodes/${node}/storage/${storage}/content`,
  );
  return content
    .filter((one) => Number(one.vmid) === vmid && one.content !== "backup")
    .map(({ volid }) => volid)
    .sort();
}

const TEXT = {
  qemu: { tool: "proxmox_backup_restore_vm" },
  lxc: { tool: "proxmox_backup_restore_lxc" },
} as const;

/** What a kind of guest needs of the cluster. */
function needsOf(kind: "qemu" | "lxc"): Pick<Scenario, "needs"> {
  return { needs: ["backup storage", ...(kind === "lxc" ? (["container template"] as const) : [])] };
}

/** To a free VMID: the same scenario for both kinds of guest. */
function toFree(kind: "qemu" | "lxc"): Scenario {
  const { tool } = TEXT[kind];
  return scenario({
    tool,
    title: "restores to a free VMID, with options replaced",
    access: "write",
    ...needsOf(kind),
    async run(t) {
      const backups = await backupStorage(t);
      const guest = await makeGuest(t, kind, "stopped");
      const { volid } = await backUp(t, guest, backups);
      const { storage } = t.place;
      const free = await t.make.freeVmid();
      const given = { volid, vmid: free, storage, unique: true, memory: 640 };
      const plan = await t.ok(tool, { ...given, dryRun: true });
      t.expect.match(plan.text, `${guest.vmid} (${guest.name})`, "whose backup it is");
      const [planned] = stepsOf(plan);
      t.expect.equal(planned?.params.storage, storage, "the storage in the plan");
      t.expect.equal(planned?.path, `/nodes/${guest.node}/${kind}`, "the node in the plan");
      t.expect.that(!(await exists(t, free)), "a dry run makes no guest");
      await t.ok(tool, given);
      const path = `/nodes/${guest.node}/${kind}/${free}`;
      const restored = { ...guest, vmid: free, path };
      const [was, is] = [await configOf(t, guest), await configOf(t, restored)];
      const name = kind === "qemu" ? "name" : "hostname";
      t.expect.equal([is[name], String(is.memory)], [was[name], "640"], "name and memory");
      t.expect.that(is.net0 !== was.net0, "it has a MAC address of its own");
      t.expect.match(String(is.scsi0 ?? is.rootfs), `${storage}:`, "where its disk is");
      t.expect.equal(
        await volumesOf(t, guest, storageOf(was)),
        ownVolumes(was),
        "the volumes of the original",
      );
      await t.refused(tool, given, "conflict");
      const next = await t.make.freeVmid();
      await t.refused(tool, { volid: `${backups}:backup/${free}`, vmid: next }, "not_found");
      await t.refused(tool, { volid, vmid: guest.vmid, overwrite: true }, "denied");
      t.expect.equal(await configOf(t, guest), was, "the original after the refusals");
    },
  });
}

/** Each tool takes backups of its own kind. */
const ofOtherKind = scenario({
  tool: "proxmox_backup_restore_vm",
  title: "takes backups of VMs alone",
  access: "write",
  ...needsOf("lxc"),
  async run(t) {
    const backups = await backupStorage(t);
    const original = await makeGuest(t, "qemu", "stopped");
    const vm = await backUp(t, original, backups);
    const container = await backUp(t, await makeGuest(t, "lxc", "stopped"), backups);
    const vmid = await t.make.freeVmid();
    await t.refused("proxmox_backup_restore_vm", { volid: container.volid, vmid }, "invalid_input");
    await t.refused("proxmox_backup_restore_lxc", { volid: vm.volid, vmid }, "invalid_input");
    t.expect.that(!(await exists(t, vmid)), "neither makes a guest");
    await t.ok("proxmox_backup_restore_vm", { volid: vm.volid, vmid, node: original.node });
    const restored = await t.cluster.get<{ name?: string }>(`/nodes/${original.node}/qemu/${vmid}/config`);
    t.expect.equal(restored.name, original.name, "the VM that the right one makes");
  },
});

function storageOf(config: Readonly<Record<string, unknown>>): string {
  return String(config.scsi0 ?? config.rootfs).split(":")[0] ?? "";
}

function ownVolumes(config: Readonly<Record<string, unknown>>): readonly string[] {
  return Object.entries(config)
    .filter(
      ([key, value]) =>
        /^(?:scsi\d+|rootfs|mp\d+|efidisk0|tpmstate0|ide2)$/.test(key) && !/media=cdrom/.test(String(value)),
    )
    .map(([, value]) => String(value).split(",")[0] ?? "")
    .sort();
}

/** Over the guest itself: the same scenario for both kinds of guest. */
function over(kind: "qemu" | "lxc"): Scenario {
  const { tool } = TEXT[kind];
  const update = kind === "qemu" ? "proxmox_vm_update_config" : "proxmox_lxc_update_config";
  return scenario({
    tool,
    title: "restores over a stopped guest, after a human typed its name",
    confirm: "destructive",
    ...needsOf(kind),
    async run(t) {
      const backups = await backupStorage(t);
      const guest = await makeGuest(t, kind, "stopped");
      const { vmid, node } = guest;
      const { volid } = await backUp(t, guest, backups);
      const saved = await configOf(t, guest);
      const storage = storageOf(saved);
      const renamed = kind === "qemu" ? { name: "renamed" } : { hostname: "renamed" };
      const added = kind === "qemu" ? { scsi7: `${storage}:1` } : { mp7: `${storage}:1,mp=/srv` };
      t.answerConfirm("accept");
      await t.ok(update, { vmid, ...renamed, ...added });
      const changed = await configOf(t, guest);
      const extra = String(changed.scsi7 ?? changed.mp7).split(",")[0] ?? "";
      const disk = String(changed.scsi0 ?? changed.rootfs).split(",")[0] ?? "";
      const given = { volid, vmid, overwrite: true };
      const plan = await t.ok(tool, { ...given, dryRun: true });
      t.expect.match(plan.text, `${vmid} (renamed)`, "the present guest");
      t.expect.match(plan.text, `${vmid} (${guest.name})`, "the guest in the backup");
      const destroyed = kind === "qemu" ? `destroys ${disk};` : `destroys ${disk}, ${extra};`;
      t.expect.match(
        plan.text.replace("rootfs, mp7", ""),
        kind === "qemu" ? destroyed : disk,
        "what is destroyed",
      );
      t.expect.match(
        plan.text,
        kind === "qemu" ? `keeps ${extra} as unused` : extra,
        "what becomes of the added volume",
      );
      t.answerConfirm("decline");
      await t.refused(tool, given, "declined");
      t.answerConfirm("accept", guest.name);
      await t.refused(tool, given, "declined");
      t.expect.equal(await configOf(t, guest), changed, "the guest after the refusals");
      t.answerConfirm("accept", "renamed");
      await t.refused(tool, { ...given, overwrite: false }, "conflict");
      const elsewhere = (await resources(t)).find((one) => one.type === "node" && one.node !== node);
      if (elsewhere !== undefined) await t.refused(tool, { ...given, node: elsewhere.node }, "invalid_input");
      await t.ok(update, { vmid, protection: true });
      await t.refused(tool, given, "conflict");
      await t.ok(update, { vmid, protection: false });
      const running = await makeGuest(t, kind, "running");
      await t.refused(tool, { ...given, vmid: running.vmid }, "conflict");
      await t.ok(tool, given);
      const restored = await configOf(t, guest);
      t.expect.equal(restored.name ?? restored.hostname, guest.name, "the name");
      t.expect.that(!("scsi7" in restored) && !("mp7" in restored), "the added disk is not attached");
      t.expect.match(String(restored.scsi0 ?? restored.rootfs), `${storage}:`, "the disk");
      const left = await volumesOf(t, guest, storage);
      t.expect.equal(left.includes(extra), kind === "qemu", "whether the added volume is left");
    },
  });
}

export const restoreScenarios: readonly Scenario[] = [
  toFree("qemu"),
  over("qemu"),
  ofOtherKind,
  toFree("lxc"),
  over("lxc"),
];
