import { type Scenario, scenario } from "../../../sdk/testing/index.ts";
import { aContainer, configOf, containers, resources } from "./cluster.ts";

export const readScenarios: readonly Scenario[] = [
  scenario({
    tool: "proxmox_lxc_list",
    title: "lists containers and nothing else, and filters",
    async run(t) {
      const running = await containers(t, "running");
      const stopped = await containers(t, "stopped");
      const all = await t.ok("proxmox_lxc_list");
      for (const { name } of [...running, ...stopped]) t.expect.match(all.text, name, "the container");
      for (const { type, name = "" } of await resources(t))
        if (type === "qemu") t.expect.that(!all.text.includes(` ${name} `), `the VM ${name} is left out`);
      const some = await t.ok("proxmox_lxc_list", { filter: { status: "running" } });
      for (const { name } of running) t.expect.match(some.text, name, "the running container");
      for (const { name } of stopped) t.expect.that(!some.text.includes(name), `${name} is left out`);
      await t.refused("proxmox_lxc_list", { limit: 0 }, "invalid_input");
    },
  }),
  scenario({
    tool: "proxmox_lxc_get",
    title: "shows status and configuration of a container, by VMID and by name",
    async run(t) {
      const container = await aContainer(t, "running");
      const { digest, rootfs } = await configOf(t, container);
      for (const vmid of [container.vmid, container.name]) {
        const { text } = await t.ok("proxmox_lxc_get", { vmid });
        t.expect.match(text, String(digest), "the configuration's digest");
        t.expect.match(text, String(rootfs), "the root file system");
        t.expect.match(text, "status: running", "the status");
      }
      await t.refused("proxmox_lxc_get", { vmid: 999_999_999 }, "not_found");
      const vm = (await resources(t)).find(({ type }) => type === "qemu");
      if (vm !== undefined) await t.refused("proxmox_lxc_get", { vmid: vm.vmid }, "invalid_input");
    },
  }),
  scenario({
    tool: "proxmox_lxc_interfaces",
    title: "shows the addresses of a running container",
    async run(t) {
      const container = await aContainer(t, "running");
      const { text } = await t.ok("proxmox_lxc_interfaces", { vmid: container.vmid });
      const seen = await t.cluster.get<readonly { name: string; hwaddr: string; inet?: string }[]>(
        `${container.path}/interfaces`,
      );
      for (const { name, hwaddr, inet } of seen) {
        t.expect.match(text, name, "the interface");
        t.expect.match(text, hwaddr, "its MAC address");
        if (inet !== undefined) t.expect.match(text, inet, "its IPv4 address");
      }
      const stopped = await aContainer(t, "stopped");
      const silent = await t.ok("proxmox_lxc_interfaces", { vmid: stopped.vmid });
      t.expect.match(silent.text, "does not run", "the remark");
      await t.refused("proxmox_lxc_interfaces", { vmid: 999_999_999 }, "not_found");
    },
  }),
];
