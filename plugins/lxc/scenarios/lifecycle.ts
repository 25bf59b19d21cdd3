import {
  becomes,
  configOf,
  type GuestConfig,
  guestLine,
  type Scenario,
  scenario,
  stepsOf,
} from "../../../sdk/testing/index.ts";
import { MADE } from "./made.ts";

const CREATE = "proxmox_lxc_create";
const CLONE = "proxmox_lxc_clone";
const CONVERT = "proxmox_lxc_convert_to_template";
const DESTROY = "proxmox_lxc_destroy";

export const lifecycleScenarios: readonly Scenario[] = [
  scenario({
    ...MADE,
    tool: CREATE,
    title: "creates a container from a template file with the short forms",
    async run(t) {
      const { node, storage, bridge } = t.place;
      const ostemplate = await t.find("container template");
      const vmid = await t.make.freeVmid();
      const own = { ostemplate, hostname: `scenario-${vmid}`, memory: 256, storage };
      const given = { ...own, node, vmid, diskGiB: 1, bridge };
      const [step] = stepsOf(await t.ok(CREATE, { ...given, dryRun: true }));
      const { rootfs, net0, ...others } = step?.params ?? {};
      t.expect.equal(
        [rootfs, net0],
        [`${storage}:1`, `name=eth0,bridge=${bridge},ip=dhcp`],
        "the short forms written out",
      );
      t.expect.equal(others, { ...own, vmid }, "what else is sent");
      t.expect.equal(await guestLine(t, vmid), undefined, "the container after a dry run");
      await t.ok(CREATE, { ...given, tags: ["one", "two"], cores: 2 });
      const config = await configOf(t, { path: `/nodes/${node}/lxc/${vmid}` });
      t.expect.match(String(config.rootfs), `${storage}:`, "the storage of the root file system");
      t.expect.match(String(config.rootfs), "size=1G", "its size");
      t.expect.match(String(config.net0), /^name=eth0,.*ip=dhcp/, "the network device");
      t.expect.match(`${String(config.net0)},`, `,bridge=${bridge},`, "its bridge");
      t.expect.equal([config.memory, config.cores, config.unprivileged], [256, 2, 1], "the options");
      t.expect.equal([config.hostname, config.tags], [given.hostname, "one;two"], "name and tags");
      await t.refused(CREATE, given, "conflict");
      const free = { ...given, vmid: await t.make.freeVmid() };
      await t.refused(CREATE, { ...free, rootfs: `${storage}:1` }, "invalid_input");
      await t.refused(CREATE, { ...free, net0: `bridge=${bridge}` }, "invalid_input");
      const missing = ostemplate.replace(/[^/]*$/, "none.tar.zst");
      await t.refused(CREATE, { ...free, ostemplate: missing }, "task_failed");
    },
  }),
  scenario({
    ...MADE,
    tool: CLONE,
    title: "copies a stopped container",
    async run(t) {
      const source = await t.make.container("stopped", { memory: "160" });
      const { vmid, node } = source;
      const newid = await t.make.freeVmid();
      const given = { vmid, newid, hostname: `scenario-${newid}` };
      await t.ok(CLONE, { ...given, dryRun: true });
      t.expect.equal(await guestLine(t, newid), undefined, "the copy after a dry run");
      await t.ok(CLONE, given);
      const [original, copy] = [
        await configOf(t, source),
        await configOf(t, { path: `/nodes/${node}/lxc/${newid}` }),
      ];
      t.expect.equal([copy.hostname, copy.memory], [given.hostname, 160], "the copy's options");
      t.expect.that(copy.net0 !== original.net0, "the copy has a MAC address of its own");
      await t.refused(CLONE, given, "conflict");
      const running = await t.make.container("running");
      await t.refused(CLONE, { vmid: running.vmid, newid: await t.make.freeVmid() }, "conflict");
    },
  }),
  scenario({
    ...MADE,
    tool: CLONE,
    title: "links the volumes of a template, or copies them in full",
    needs: ["container template", "second storage"],
    async run(t) {
      const { vmid, node } = await t.make.container("template");
      const linked = await t.make.freeVmid();
      await t.ok(CLONE, { vmid, newid: linked });
      const link = await configOf(t, { path: `/nodes/${node}/lxc/${linked}` });
      t.expect.equal(link.template, undefined, "the clone is no template");
      t.expect.match(String(link.rootfs), `${t.place.storage}:`, "where its volume is");
      const full = await t.make.freeVmid();
      const storage = await t.find("second storage");
      await t.ok(CLONE, { vmid, newid: full, full: true, storage, description: "a copy" });
      const copy = await configOf(t, { path: `/nodes/${node}/lxc/${full}` });
      t.expect.match(String(copy.rootfs), `${storage}:`, "where the copy's volume is");
      t.expect.equal(String(copy.description).trim(), "a copy", "its description");
      const absent = await t.make.freeVmid();
      await t.refused(CLONE, { vmid: absent, newid: absent }, "not_found");
    },
  }),
  scenario({
    ...MADE,
    tool: CONVERT,
    title: "turns a container into a template once",
    async run(t) {
      const container = await t.make.container("stopped");
      const { vmid, path } = container;
      await t.ok(CONVERT, { vmid, dryRun: true });
      t.expect.equal((await configOf(t, container)).template, undefined, "a dry run changes nothing");
      await t.ok(CONVERT, { vmid });
      // The API answers before it is done.
      await t.cluster.until<GuestConfig>(`${path}/config`, ({ template }) => template === 1, "a template");
      t.expect.match(String((await configOf(t, container)).rootfs), ":base-", "its volume is a base image");
      await t.refused(CONVERT, { vmid }, "conflict");
      await t.refused(CONVERT, { vmid: (await t.make.container("running")).vmid }, "conflict");
    },
  }),
  scenario({
    ...MADE,
    tool: DESTROY,
    title: "destroys a stopped container, after a human agreed",
    confirm: "destructive",
    async run(t) {
      const { vmid, name } = await t.make.container("stopped");
      const all = { purge: true, "destroy-unreferenced-disks": true };
      const [step] = stepsOf(await t.ok(DESTROY, { vmid, ...all, dryRun: true }));
      t.expect.equal(step?.params, all, "what goes with it");
      await t.refused(DESTROY, { vmid }, "declined");
      t.expect.that((await guestLine(t, vmid)) !== undefined, "the container is still there");
      t.answerConfirm("accept", name);
      await t.ok(DESTROY, { vmid, ...all });
      t.expect.equal(await guestLine(t, vmid), undefined, "the container");
      await t.refused(DESTROY, { vmid }, "not_found");
      const running = await t.make.container("running");
      await t.refused(DESTROY, { vmid: running.vmid }, "conflict");
      await becomes(t, running, "running");
      t.answerConfirm("accept", running.name);
      await t.ok(DESTROY, { vmid: running.vmid, force: true });
      t.expect.equal(await guestLine(t, running.vmid), undefined, "a running container, with force");
    },
  }),
];
