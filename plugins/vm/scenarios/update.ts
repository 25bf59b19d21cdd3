import { configOf, type Scenario, scenario, unusedIn } from "../../../sdk/testing/index.ts";

const TOOL = "proxmox_vm_update_config";

export const updateScenarios: readonly Scenario[] = [
  scenario({
    tool: TOOL,
    title: "sets and deletes options",
    live: true,
    async run(t) {
      const vm = await t.make.vm("stopped");
      const { vmid } = vm;
      const { digest } = await configOf(t, vm);
      const keys = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIA+b/c= me@here";
      await t.ok(TOOL, { vmid, memory: 768, dryRun: true });
      t.expect.equal((await configOf(t, vm)).digest, digest, "the digest after a dry run");
      await t.ok(TOOL, { vmid, memory: 768, description: "a = b; ü & 100%", sshkeys: keys, onboot: true });
      const changed = await configOf(t, vm);
      t.expect.equal(String(changed.memory), "768", "the memory");
      t.expect.equal(String(changed.description).trim(), "a = b; ü & 100%", "the description");
      t.expect.equal(changed.onboot, 1, "onboot");
      t.expect.equal(decodeURIComponent(String(changed.sshkeys)).trim(), keys, "the keys, encoded once");
      await t.refused(TOOL, { vmid, memory: 1024, digest }, "conflict");
      await t.refused(TOOL, { vmid }, "invalid_input");
      await t.refused(TOOL, { vmid, memory: 1024, net0: "nonsense=1" }, "invalid_input");
      const net0 = `virtio,bridge=${t.place.bridge},rate=77`;
      const present = String(changed.digest);
      await t.ok(TOOL, { vmid, net0, delete: ["description", "sshkeys"], digest: present });
      const cleared = await configOf(t, vm);
      t.expect.that(!("description" in cleared) && !("sshkeys" in cleared), "the options are gone");
      t.expect.equal(String(cleared.memory), "768", "the memory after the refused changes");
      t.expect.match(`${String(cleared.net0)},`, ",rate=77,", "the network device");
      t.expect.that("onboot" in cleared, "what was not deleted is there");
    },
  }),
  scenario({
    tool: TOOL,
    title: "adds a disk, detaches it and removes it for good",
    live: true,
    async run(t) {
      const vm = await t.make.vm("stopped");
      const { vmid } = vm;
      const { storage } = t.place;
      await t.ok(TOOL, { vmid, scsi9: `${storage}:1` });
      const { scsi9 } = await configOf(t, vm);
      t.expect.match(String(scsi9), `${storage}:`, "the disk");
      t.expect.match(`${String(scsi9)},`, ",size=1G,", "its size");
      await t.restart({ access: "write" });
      await t.ok(TOOL, { vmid, delete: ["scsi9"] });
      const detached = await configOf(t, vm);
      const [unused = ""] = unusedIn(detached);
      t.expect.that(!("scsi9" in detached) && unused !== "", "the disk is unused");
      await t.refused(TOOL, { vmid, delete: [unused] }, "denied");
      t.expect.that(unused in (await configOf(t, vm)), "the disk is still there");
      await t.restart({ access: "destructive" });
      await t.ok(TOOL, { vmid, delete: [unused] });
      t.expect.that(!(unused in (await configOf(t, vm))), "the disk is gone");
    },
  }),
];
