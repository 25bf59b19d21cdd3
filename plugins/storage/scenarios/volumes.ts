import {
  configOf,
  OWN,
  type Scenario,
  type ScenarioRun,
  scenario,
  stepsOf,
} from "../../../sdk/testing/index.ts";
import { definition, isOfEachNode, NO_STORAGE, volume, volumesOn } from "./cluster.ts";

const ALLOCATE = "proxmox_storage_allocate";
const DELETE = "proxmox_storage_volume_delete";

/** Types of storages whose volumes are files, in a folder for each guest. */
const OF_FILES = ["dir", "nfs", "cifs", "cephfs", "glusterfs", "btrfs"];

interface Wanted {
  readonly storage: string;
  readonly node: string;
  readonly vmid: number;
  readonly filename: string;
  readonly format: string;
}

/** A volume to make on the place's storage for a VMID that no guest has, and the ID that it gets. */
async function aVolume(t: ScenarioRun): Promise<{ wanted: Wanted; volid: string }> {
  const { node, storage } = t.place;
  const { type = "" } = (await definition(t, storage)) ?? {};
  const vmid = await t.make.freeVmid();
  const ofFiles = OF_FILES.includes(type);
  const filename = `vm-${vmid}-${OWN}${ofFiles ? ".qcow2" : ""}`;
  const wanted = { storage, node, vmid, filename, format: ofFiles ? "qcow2" : "raw" };
  return { wanted, volid: `${storage}:${ofFiles ? `${vmid}/` : ""}${filename}` };
}

export const volumeScenarios: readonly Scenario[] = [
  scenario({
    tool: ALLOCATE,
    title: "makes a volume of the size asked for, once",
    async run(t) {
      const { wanted, volid } = await aVolume(t);
      const { node, vmid, storage, format } = wanted;
      const [planned] = stepsOf(await t.ok(ALLOCATE, { ...wanted, size: "2G", dryRun: true }));
      t.expect.equal(planned?.params.format, format, "the format in the plan");
      t.expect.equal(await volume(t, node, volid), undefined, "the volume after a dry run");
      if (await isOfEachNode(t, storage)) {
        const { node: _node, ...anywhere } = wanted;
        await t.refused(ALLOCATE, { ...anywhere, size: "2G" }, "invalid_input");
      }
      await t.ok(ALLOCATE, { ...wanted, size: "2G" });
      const made = await volume(t, node, volid);
      t.expect.equal([made?.size, Number(made?.vmid)], [2 * 2 ** 30, vmid], "size and VMID");
      await t.refused(ALLOCATE, { ...wanted, size: "2G" }, "conflict");
      await t.refused(ALLOCATE, { ...wanted, size: "much" }, "invalid_input");
      await t.refused(ALLOCATE, { ...wanted, storage: NO_STORAGE, size: "1G" }, "not_found");
    },
  }),
  scenario({
    tool: DELETE,
    title: "deletes a volume, but none that its guest uses",
    needs: ["administrator's rights"],
    async run(t) {
      const vm = await t.make.vm("stopped");
      const { wanted, volid } = await aVolume(t);
      const { node, storage } = wanted;
      await t.ok(ALLOCATE, { ...wanted, size: "1G" });
      t.expect.equal(Number((await volume(t, node, volid))?.vmid), wanted.vmid, "the volume");
      const dry = await t.ok(DELETE, { volid, node, dryRun: true });
      t.expect.match(dry.text, "1.00 GiB", "the plan says what goes");
      await t.restart({ access: "write" });
      await t.refused(DELETE, { volid, node }, "denied");
      await t.restart({ access: "destructive" });
      const before = (await volumesOn(t, node, storage)).map((one) => one.volid);
      await t.ok(DELETE, { volid, node });
      t.expect.equal(
        (await volumesOn(t, node, storage)).map((one) => one.volid),
        before.filter((one) => one !== volid),
        "the volumes that are left",
      );
      await t.refused(DELETE, { volid, node }, "not_found");
      await t.refused(DELETE, { volid: `${OWN}:nonsense`, node }, "not_found");
      const [disk = ""] = String((await configOf(t, vm)).scsi0).split(",");
      await t.refused(DELETE, { volid: disk, node }, "conflict");
      t.expect.equal(Number((await volume(t, node, disk))?.vmid), vm.vmid, "the guest's disk");
    },
  }),
];
