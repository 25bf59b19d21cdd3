import { configOf, gibOf, type Scenario, scenario, unusedIn } from "../../../sdk/testing/index.ts";
import { MADE } from "./made.ts";

const UPDATE = "proxmox_lxc_update_config";
const RESIZE = "proxmox_lxc_resize";

export const updateScenarios: readonly Scenario[] = [
  scenario({
    ...MADE,
    tool: UPDATE,
    title: "sets and deletes options",
    async run(t) {
      const container = await t.make.container("stopped");
      const { vmid } = container;
      const { digest } = await configOf(t, container);
      await t.ok(UPDATE, { vmid, memory: 768, dryRun: true });
      t.expect.equal((await configOf(t, container)).digest, digest, "the digest after a dry run");
      await t.ok(UPDATE, {
        vmid,
        memory: 768,
        cpulimit: 1.5,
        description: "a = b; ü & 100%",
        nameserver: ["192.0.2.1", "192.0.2.2"],
        onboot: true,
      });
      const changed = await configOf(t, container);
      t.expect.equal(changed.memory, 768, "the memory");
      t.expect.equal(String(changed.description).trim(), "a = b; ü & 100%", "the description");
      t.expect.equal(changed.nameserver, "192.0.2.1 192.0.2.2", "the name servers");
      t.expect.equal([changed.onboot, Number(changed.cpulimit)], [1, 1.5], "onboot and cpulimit");
      await t.refused(UPDATE, { vmid, memory: 1024, digest }, "conflict");
      await t.refused(UPDATE, { vmid }, "invalid_input");
      await t.refused(UPDATE, { vmid, memory: 1024, net0: "bridge=vmbr0" }, "invalid_input");
      await t.refused(UPDATE, { vmid, delete: ["rootfs"] }, "upstream");
      const net0 = `name=eth0,bridge=${t.place.bridge},ip=192.0.2.77/24`;
      const present = String(changed.digest);
      await t.ok(UPDATE, { vmid, net0, delete: ["description", "nameserver"], digest: present });
      const cleared = await configOf(t, container);
      t.expect.that(!("description" in cleared) && !("nameserver" in cleared), "the options are gone");
      t.expect.equal(cleared.memory, 768, "the memory after the refused changes");
      t.expect.match(`${String(cleared.net0)},`, ",ip=192.0.2.77/24,", "the network device");
    },
  }),
  scenario({
    ...MADE,
    tool: UPDATE,
    title: "adds a mount point, detaches it and removes it for good",
    async run(t) {
      const container = await t.make.container("stopped");
      const { vmid } = container;
      const { storage } = t.place;
      await t.ok(UPDATE, { vmid, mp9: `${storage}:1,mp=/srv` });
      const { mp9 } = await configOf(t, container);
      t.expect.match(String(mp9), `${storage}:`, "the mount point");
      t.expect.equal([gibOf(mp9), /(?:^|,)mp=([^,]*)/.exec(String(mp9))?.[1]], [1, "/srv"], "size and place");
      await t.restart({ access: "write" });
      await t.ok(UPDATE, { vmid, delete: ["mp9"] });
      const detached = await configOf(t, container);
      const [unused = ""] = unusedIn(detached);
      t.expect.that(!("mp9" in detached) && unused !== "", "the volume is unused");
      await t.refused(UPDATE, { vmid, delete: [unused] }, "denied");
      t.expect.that(unused in (await configOf(t, container)), "the volume is still there");
      await t.restart({ access: "destructive" });
      await t.ok(UPDATE, { vmid, delete: [unused] });
      t.expect.that(!(unused in (await configOf(t, container))), "the volume is gone");
    },
  }),
  scenario({
    ...MADE,
    tool: RESIZE,
    title: "enlarges the root file system, and never makes it smaller",
    async run(t) {
      const container = await t.make.container("stopped");
      const { vmid } = container;
      const sizeOf = async () => gibOf((await configOf(t, container)).rootfs);
      const { digest } = await configOf(t, container);
      await t.ok(RESIZE, { vmid, disk: "rootfs", size: "+2G", dryRun: true });
      t.expect.equal(await sizeOf(), 1, "the size after a dry run");
      await t.ok(RESIZE, { vmid, disk: "rootfs", size: "+2G" });
      t.expect.equal(await sizeOf(), 3, "the size");
      const present = String((await configOf(t, container)).digest);
      await t.ok(RESIZE, { vmid, disk: "rootfs", size: "4G", digest: present });
      t.expect.equal(await sizeOf(), 4, "the size");
      await t.refused(RESIZE, { vmid, disk: "rootfs", size: "1G" }, "upstream");
      await t.refused(RESIZE, { vmid, disk: "mp7", size: "+1G" }, "invalid_input");
      await t.refused(RESIZE, { vmid, disk: "rootfs", size: "+1G", digest: String(digest) }, "conflict");
      t.expect.equal(await sizeOf(), 4, "the size after the refused changes");
    },
  }),
];
