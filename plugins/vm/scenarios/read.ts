import {
  configOf,
  differing,
  fieldsOf,
  type GuestLine,
  guestLine,
  guestLines,
  hasLoad,
  missingLoad,
  recordIn,
  rowsOf,
  type Scenario,
  type ScenarioRun,
  type Shown,
  scenario,
} from "../../../sdk/testing/index.ts";

const LIST = "proxmox_vm_list";
const GET = "proxmox_vm_get";
const TEMPLATES = "proxmox_vm_template_list";
const TEMPLATE = "proxmox_vm_template_get";

/** More than a cluster has, so that one page holds all. */
const ALL = 5000;

async function linesOf(t: ScenarioRun, isTemplate: boolean): Promise<readonly GuestLine[]> {
  const all = await guestLines(t);
  return all.filter(({ type, template }) => type === "qemu" && (template === 1) === isTemplate);
}

/** Keys of a configuration without a default, which tools leave out. */
const KEYS = ["digest", "memory", "name", "net0", "scsi0", "tags"];
const LOAD = ["cpu", "mem", "uptime"] as const;

export const readScenarios: readonly Scenario[] = [
  scenario({
    tool: LIST,
    title: "lists VMs without templates, filters, and goes on page by page",
    live: true,
    async run(t) {
      const running = await t.make.vm("running", { tags: "blue;scenario" });
      const stopped = await t.make.vm("stopped");
      await t.make.vm("template");
      await hasLoad(t, running.vmid);
      const rows = rowsOf(await t.ok(LIST, { limit: ALL }));
      const lines = await linesOf(t, false);
      const vmids = lines.map(({ vmid }) => vmid).sort((a, b) => a - b);
      t.expect.equal(
        rows.map(({ vmid }) => vmid),
        vmids,
        "the VMs, and nothing else",
      );
      for (const line of lines) {
        const row = rows.find(({ vmid }) => vmid === line.vmid);
        const keys = ["name", "node", "status", "maxmem", "pool", "tags"];
        t.expect.equal(differing(row, line, keys), [], `VM ${line.vmid} as listed`);
        t.expect.equal(missingLoad(row, line, ["cpu", "mem"]), [], `what is missing of its load`);
      }
      const some = rowsOf(await t.ok(LIST, { filter: { status: "running" }, limit: ALL }));
      t.expect.that(
        some.some(({ vmid }) => vmid === running.vmid),
        "the running VM is among those that run",
      );
      t.expect.that(!some.some(({ vmid }) => vmid === stopped.vmid), "the stopped one is not");
      t.expect.equal(await pagesOf(t, Math.ceil(vmids.length / 3)), vmids, "the VMs page by page");
      await t.refused(LIST, { limit: 0 }, "invalid_input");
      await t.refused(LIST, { cursor: "nonsense" }, "invalid_input");
    },
  }),
  scenario({
    tool: GET,
    title: "shows status and configuration of a VM, by VMID and by name",
    live: true,
    async run(t) {
      const vm = await t.make.vm("running", { tags: "blue", agent: "1" });
      await hasLoad(t, vm.vmid);
      const config = await configOf(t, vm);
      for (const vmid of [vm.vmid, vm.name]) {
        const shown = fieldsOf(await t.ok(GET, { vmid }));
        const current = await t.cluster.get<Shown>(`${vm.path}/status/current`);
        const line = await guestLine(t, vm.vmid);
        const keys = ["vmid", "name", "node", "status", "tags", "cpus", "maxmem", "maxdisk", "agent"];
        t.expect.equal(differing(shown, { ...current, ...line }, keys), [], "the VM's state");
        t.expect.equal(missingLoad(shown, current, LOAD), [], "what is missing of its load");
        t.expect.equal(differing(recordIn(shown.config), config, KEYS), [], "its configuration");
      }
      const pooled = (await linesOf(t, false)).find(({ pool }) => pool !== undefined);
      if (pooled !== undefined)
        t.expect.equal(fieldsOf(await t.ok(GET, { vmid: pooled.vmid })).pool, pooled.pool, "its pool");
      await t.refused(GET, { vmid: 999_999_999 }, "not_found");
      const container = (await guestLines(t)).find(({ type }) => type === "lxc");
      if (container !== undefined) await t.refused(GET, { vmid: container.vmid }, "invalid_input");
    },
  }),
  scenario({
    tool: TEMPLATES,
    title: "lists templates and nothing else",
    live: true,
    async run(t) {
      await t.make.vm("template", { tags: "base" });
      await t.make.vm("stopped");
      const rows = rowsOf(await t.ok(TEMPLATES, { limit: ALL }));
      const lines = await linesOf(t, true);
      t.expect.equal(
        rows.map(({ vmid }) => vmid),
        lines.map(({ vmid }) => vmid).sort((a, b) => a - b),
        "the templates",
      );
      const keys = ["name", "node", "maxcpu", "maxmem", "maxdisk", "pool", "tags"];
      for (const line of lines) {
        const row = rows.find(({ vmid }) => vmid === line.vmid);
        t.expect.equal(differing(row, line, keys), [], `template ${line.vmid} as listed`);
      }
      await t.refused(TEMPLATES, { status: "running" }, "invalid_input");
    },
  }),
  scenario({
    tool: TEMPLATE,
    title: "shows the configuration of a template",
    live: true,
    async run(t) {
      const template = await t.make.vm("template", { tags: "base" });
      const shown = fieldsOf(await t.ok(TEMPLATE, { vmid: template.vmid }));
      const line = (await guestLine(t, template.vmid)) ?? {};
      const keys = ["vmid", "name", "node", "pool", "tags", "maxmem", "maxdisk"];
      t.expect.equal(differing(shown, line, keys), [], "the template");
      const config = await configOf(t, template);
      t.expect.equal(differing(recordIn(shown.config), config, KEYS), [], "its configuration");
      await t.refused(TEMPLATE, { vmid: (await t.make.vm("stopped")).vmid }, "invalid_input");
    },
  }),
];

/** VMIDs of all pages. */
async function pagesOf(t: ScenarioRun, limit: number): Promise<readonly unknown[]> {
  const vmids: unknown[] = [];
  let cursor: string | undefined;
  do {
    const answer = await t.ok(LIST, { limit, fields: ["vmid"], ...(cursor && { cursor }) });
    vmids.push(...rowsOf(answer).map(({ vmid }) => vmid));
    // The client has held the data against the tool's result schema.
    cursor = (answer.data as { cursor?: string }).cursor;
  } while (cursor !== undefined);
  return vmids;
}
