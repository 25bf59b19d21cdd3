import {
  differing,
  fieldsOf,
  rowsOf,
  type Scenario,
  type Shown,
  scenario,
} from "../../../sdk/testing/index.ts";
import { aVm, configOf, guestLines, resources, vms } from "./cluster.ts";

export const readScenarios: readonly Scenario[] = [
  scenario({
    tool: "proxmox_vm_list",
    title: "lists VMs without templates, filters, and goes on page by page",
    async run(t) {
      const running = await vms(t, "running");
      const stopped = await vms(t, "stopped");
      const all = await t.ok("proxmox_vm_list");
      for (const { name } of [...running, ...stopped]) t.expect.match(all.text, name, "the VM");
      const rows = rowsOf(all);
      for (const line of await guestLines(t)) {
        const row = rows.find(({ vmid }) => vmid === line.vmid);
        const keys = ["name", "node", "status", "maxmem", "pool", "tags"];
        if (line.template !== 1) t.expect.equal(differing(row, line, keys), [], `VM ${line.vmid} as listed`);
        if (line.status === "running")
          t.expect.that(Number(row?.cpu) > 0 && Number(row?.mem) > 0, `the load of VM ${line.vmid}`);
      }
      for (const { name } of await vms(t, "template")) {
        t.expect.that(!all.text.includes(name), `the template ${name} is left out`);
      }
      const some = await t.ok("proxmox_vm_list", { filter: { status: "running" } });
      for (const { name } of running) t.expect.match(some.text, name, "the running VM");
      for (const { name } of stopped) t.expect.that(!some.text.includes(name), `${name} is left out`);
      const vmids: number[] = [];
      let cursor: string | undefined;
      do {
        const { data } = await t.ok("proxmox_vm_list", {
          limit: 1,
          fields: ["vmid"],
          ...(cursor && { cursor }),
        });
        // The client has held the data against the tool's result schema.
        const page = data as { rows: { vmid: number }[]; cursor?: string };
        vmids.push(...page.rows.map(({ vmid }) => vmid));
        cursor = page.cursor;
      } while (cursor !== undefined);
      const expected = [...running, ...stopped].map(({ vmid }) => vmid).sort((a, b) => a - b);
      t.expect.equal(vmids, expected, "the VMs, one a page");
      await t.refused("proxmox_vm_list", { limit: 0 }, "invalid_input");
      await t.refused("proxmox_vm_list", { cursor: "nonsense" }, "invalid_input");
    },
  }),
  scenario({
    tool: "proxmox_vm_get",
    title: "shows status and configuration of a VM, by VMID and by name",
    async run(t) {
      const vm = await aVm(t, "running");
      const { digest } = await configOf(t, vm);
      for (const vmid of [vm.vmid, vm.name]) {
        const answer = await t.ok("proxmox_vm_get", { vmid });
        const { text } = answer;
        const current = await t.cluster.get<Shown>(`${vm.path}/status/current`);
        const line = (await guestLines(t)).find((one) => one.vmid === vm.vmid);
        const shown = fieldsOf(answer);
        const keys = ["vmid", "name", "node", "pool", "tags", "cpus", "maxmem", "maxdisk", "agent"];
        t.expect.equal(differing(shown, { ...current, ...line }, keys), [], "the VM's state");
        for (const key of ["cpu", "mem", "uptime"])
          t.expect.that(Number(shown[key]) > 0 && Number(current[key]) > 0, `its ${key}`);
        t.expect.match(text, String(digest), "the configuration's digest");
        t.expect.match(text, "status: running", "the status");
      }
      await t.refused("proxmox_vm_get", { vmid: 999_999_999 }, "not_found");
      const container = (await resources(t)).find(({ type }) => type === "lxc");
      if (container !== undefined)
        await t.refused("proxmox_vm_get", { vmid: container.vmid }, "invalid_input");
    },
  }),
  scenario({
    tool: "proxmox_vm_template_list",
    title: "lists templates and nothing else",
    async run(t) {
      const answer = await t.ok("proxmox_vm_template_list");
      const { text } = answer;
      const keys = ["vmid", "node", "maxcpu", "maxmem", "maxdisk", "pool", "tags"];
      for (const line of await guestLines(t)) {
        const row = rowsOf(answer).find(({ name }) => name === line.name);
        if (line.template === 1) t.expect.equal(differing(row, line, keys), [], `${line.name} as listed`);
      }
      for (const { name } of await vms(t, "template")) t.expect.match(text, name, "the template");
      for (const { name } of await vms(t, "running"))
        t.expect.that(!text.includes(name), `${name} is left out`);
      await t.refused("proxmox_vm_template_list", { status: "running" }, "invalid_input");
    },
  }),
  scenario({
    tool: "proxmox_vm_template_get",
    title: "shows the configuration of a template",
    async run(t) {
      const template = await aVm(t, "template");
      const answer = await t.ok("proxmox_vm_template_get", { vmid: template.vmid });
      const { text } = answer;
      const line = (await guestLines(t)).find(({ vmid }) => vmid === template.vmid) ?? {};
      const keys = ["vmid", "name", "node", "pool", "tags", "maxmem", "maxdisk"];
      t.expect.equal(differing(fieldsOf(answer), line, keys), [], "the template");
      t.expect.match(text, String((await configOf(t, template)).digest), "the configuration's digest");
      await t.refused("proxmox_vm_template_get", { vmid: (await aVm(t, "running")).vmid }, "invalid_input");
    },
  }),
];
