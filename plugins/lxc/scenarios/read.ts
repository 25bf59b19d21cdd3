import {
  differing,
  fieldsOf,
  rowsOf,
  type Scenario,
  type Shown,
  scenario,
} from "../../../sdk/testing/index.ts";
import { aContainer, configOf, containers, guestLines, resources } from "./cluster.ts";

export const readScenarios: readonly Scenario[] = [
  scenario({
    tool: "proxmox_lxc_list",
    title: "lists containers and nothing else, and filters",
    async run(t) {
      const running = await containers(t, "running");
      const stopped = await containers(t, "stopped");
      const all = await t.ok("proxmox_lxc_list");
      for (const { name } of [...running, ...stopped]) t.expect.match(all.text, name, "the container");
      const rows = rowsOf(all);
      for (const line of await guestLines(t)) {
        const row = rows.find(({ name }) => name === line.name);
        const keys = ["vmid", "node", "status", "maxmem", "pool", "tags"];
        if (line.template !== 1)
          t.expect.equal(differing(row, line, keys), [], `container ${line.vmid} as listed`);
        if (line.status === "running")
          t.expect.that(Number(row?.cpu) > 0 && Number(row?.mem) > 0, `the load of container ${line.vmid}`);
      }
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
        const answer = await t.ok("proxmox_lxc_get", { vmid });
        const { text } = answer;
        const current = await t.cluster.get<Shown>(`${container.path}/status/current`);
        const line = (await guestLines(t)).find((one) => one.vmid === container.vmid);
        const shown = fieldsOf(answer);
        const keys = ["vmid", "name", "node", "pool", "tags", "cpus", "maxmem", "maxswap", "maxdisk"];
        t.expect.equal(differing(shown, { ...line, ...current }, keys), [], "the container's state");
        for (const key of ["cpu", "mem", "disk", "uptime"])
          t.expect.that(Number(shown[key]) > 0 && Number(current[key]) > 0, `its ${key}`);
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
      const seen = await t.cluster.get<
        readonly { name: string; hwaddr: string; inet?: string; inet6?: string }[]
      >(`${container.path}/interfaces`);
      for (const { name, hwaddr, inet, inet6 } of seen) {
        t.expect.match(text, name, "the interface");
        t.expect.match(text, hwaddr, "its MAC address");
        if (inet !== undefined) t.expect.match(text, inet, "its IPv4 address");
        if (inet6 !== undefined) t.expect.match(text, inet6, "its IPv6 address");
      }
      const stopped = await aContainer(t, "stopped");
      const silent = await t.ok("proxmox_lxc_interfaces", { vmid: stopped.vmid });
      t.expect.match(silent.text, "does not run", "the remark");
      await t.refused("proxmox_lxc_interfaces", { vmid: 999_999_999 }, "not_found");
    },
  }),
];
