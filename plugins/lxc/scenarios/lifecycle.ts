import { type Scenario, type ScenarioRun, scenario } from "../../../sdk/testing/index.ts";
import {
  aContainer,
  type Config,
  configOf,
  containers,
  named,
  resources,
  templateFile,
  volumeStorage,
} from "./cluster.ts";

async function exists(t: ScenarioRun, vmid: number): Promise<boolean> {
  return (await resources(t)).some((one) => one.vmid === vmid);
}

/** Converts a container and waits: the API answers before it is done. */
async function makeTemplate(t: ScenarioRun, { vmid, path }: { vmid: number; path: string }): Promise<void> {
  await t.ok("proxmox_lxc_convert_to_template", { vmid });
  await t.cluster.until<Config>(`${path}/config`, ({ template }) => template === 1, "it is a template");
}

export const lifecycleScenarios: readonly Scenario[] = [
  scenario({
    tool: "proxmox_lxc_create",
    title: "creates a container from a template file with the short forms",
    async run(t) {
      const { node, vmid: taken } = await aContainer(t, "stopped");
      const storage = await volumeStorage(t, node);
      const ostemplate = await templateFile(t, node);
      const given = { node, ostemplate, hostname: "scenario-new", memory: 256, diskGiB: 1, storage };
      await t.ok("proxmox_lxc_create", { ...given, dryRun: true });
      t.expect.that(
        !(await containers(t, "stopped")).some(({ name }) => name === given.hostname),
        "a dry run makes no container",
      );
      await t.ok("proxmox_lxc_create", { ...given, bridge: "vmbr0", tags: ["one", "two"], cores: 2 });
      const config = await configOf(t, await named(t, given.hostname));
      t.expect.match(String(config.rootfs), `${storage}:`, "the storage of the root file system");
      t.expect.match(String(config.rootfs), "size=1G", "its size");
      t.expect.match(String(config.net0), /^name=eth0,bridge=vmbr0,.*ip=dhcp/, "the network device");
      t.expect.equal([config.memory, config.cores, config.unprivileged], [256, 2, 1], "the options");
      t.expect.equal(config.tags, "one;two", "the tags");
      await t.refused("proxmox_lxc_create", { ...given, vmid: taken }, "conflict");
      await t.refused("proxmox_lxc_create", { ...given, rootfs: `${storage}:1` }, "invalid_input");
      await t.refused("proxmox_lxc_create", { ...given, net0: "bridge=vmbr0" }, "invalid_input");
      await t.refused(
        "proxmox_lxc_create",
        { ...given, hostname: "scenario-bad", ostemplate: ostemplate.replace(/\/.*$/, "/none.tar.zst") },
        "task_failed",
      );
    },
  }),
  scenario({
    tool: "proxmox_lxc_clone",
    title: "copies a container, and links a template's volumes",
    async run(t) {
      const source = await aContainer(t, "stopped");
      const given = { vmid: source.vmid, hostname: "scenario-clone" };
      await t.ok("proxmox_lxc_clone", { ...given, dryRun: true });
      t.expect.that(
        !(await containers(t, "stopped")).some(({ name }) => name === given.hostname),
        "a dry run makes no container",
      );
      await t.ok("proxmox_lxc_clone", given);
      const clone = await named(t, given.hostname);
      const [original, config] = [await configOf(t, source), await configOf(t, clone)];
      t.expect.equal(config.memory, original.memory, "the clone's memory");
      t.expect.that(config.net0 !== original.net0, "the clone has a MAC address of its own");
      await t.refused("proxmox_lxc_clone", { ...given, newid: clone.vmid }, "conflict");
      const running = await aContainer(t, "running");
      await t.refused("proxmox_lxc_clone", { vmid: running.vmid }, "conflict");
      await makeTemplate(t, clone);
      await t.ok("proxmox_lxc_clone", { vmid: clone.vmid, hostname: "scenario-linked" });
      const linked = await configOf(t, await named(t, "scenario-linked"));
      t.expect.that(linked.template === undefined, "the clone is no template");
    },
  }),
  scenario({
    tool: "proxmox_lxc_convert_to_template",
    title: "turns a container into a template once",
    async run(t) {
      const container = await aContainer(t, "stopped");
      const { vmid } = container;
      await t.ok("proxmox_lxc_convert_to_template", { vmid, dryRun: true });
      t.expect.that((await configOf(t, container)).template === undefined, "a dry run changes nothing");
      await makeTemplate(t, container);
      t.expect.match(String((await configOf(t, container)).rootfs), ":base-", "its volume is a base image");
      await t.refused("proxmox_lxc_convert_to_template", { vmid }, "conflict");
      const running = await aContainer(t, "running");
      await t.refused("proxmox_lxc_convert_to_template", { vmid: running.vmid }, "conflict");
    },
  }),
  scenario({
    tool: "proxmox_lxc_destroy",
    title: "destroys a stopped container, after a human agreed",
    confirm: "destructive",
    async run(t) {
      const { vmid, name } = await aContainer(t, "stopped");
      await t.ok("proxmox_lxc_destroy", { vmid, dryRun: true });
      await t.refused("proxmox_lxc_destroy", { vmid }, "declined");
      t.expect.that(await exists(t, vmid), "the container is still there");
      t.answerConfirm("accept", name);
      await t.ok("proxmox_lxc_destroy", { vmid, purge: true });
      t.expect.that(!(await exists(t, vmid)), "the container is gone");
      await t.refused("proxmox_lxc_destroy", { vmid }, "not_found");
      const running = await aContainer(t, "running");
      await t.refused("proxmox_lxc_destroy", { vmid: running.vmid }, "conflict");
      t.expect.that(await exists(t, running.vmid), "a running container is not destroyed");
      t.answerConfirm("accept", running.name);
      await t.ok("proxmox_lxc_destroy", { vmid: running.vmid, force: true });
      t.expect.that(!(await exists(t, running.vmid)), "but with force it is");
    },
  }),
];
