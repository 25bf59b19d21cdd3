import { type Scenario, type ScenarioRun, scenario } from "../../../sdk/testing/index.ts";

const TICKET = "proxmox_console_ticket";
const NETWORK = "proxmox_network_list";

interface Resource {
  readonly type: string;
  readonly node: string;
  readonly vmid?: number;
  readonly status: string;
  readonly template?: number;
}

async function aGuest(t: ScenarioRun, type: string, status: string): Promise<Resource & { vmid: number }> {
  const all = await t.cluster.get<readonly Resource[]>("/cluster/resources");
  const found = all.find((one) => one.type === type && one.status === status && one.template !== 1);
  if (found?.vmid === undefined) throw new Error(`the cluster has no ${status} ${type}`);
  return { ...found, vmid: found.vmid };
}

interface Given {
  readonly fields: { readonly port: number; readonly page: string };
  readonly secrets: { readonly ticket: string; readonly websocket: string };
}

/** Path of the address that a ticket is for, as the API takes it. */
function socketPath({ secrets }: Given): string {
  const { pathname, search } = new URL(secrets.websocket);
  return `${pathname.replace("/api2/json", "")}${search}`;
}

export const consoleScenarios: readonly Scenario[] = [
  scenario({
    tool: TICKET,
    title: "opens a console once for the caller, and keeps no ticket",
    async run(t) {
      const vm = await aGuest(t, "qemu", "running");
      const jobs = (await t.ok("job_list")).text;
      const { text, data } = await t.ok(TICKET, { vmid: vm.vmid });
      // The client has held the data against the tool's result schema.
      const given = data as Given;
      t.expect.match(given.secrets.ticket, "PVEVNC:", "the ticket");
      t.expect.match(text, given.secrets.ticket, "the ticket is told");
      t.expect.match(given.fields.page, /novnc=1/, "the page");
      t.expect.match(given.fields.page, `vmid=${vm.vmid}`, "the page's VM");
      const opened = await t.cluster.get<{ port: string }>(socketPath(given));
      t.expect.equal(Number(opened.port), given.fields.port, "the port that the ticket is good for");
      t.expect.equal((await t.ok("job_list")).text, jobs, "the jobs");
      const stopped = await aGuest(t, "qemu", "stopped");
      await t.refused(TICKET, { vmid: stopped.vmid }, "conflict");
      await t.refused(TICKET, { vmid: vm.vmid, type: "terminal" }, "conflict");
      await t.refused(TICKET, { vmid: 999_999_999 }, "not_found");
      await t.restart({ access: "read" });
      await t.refused(TICKET, { vmid: vm.vmid }, "denied");
    },
  }),
  scenario({
    tool: TICKET,
    title: "opens terminals of containers, and asks a human where told to",
    confirm: "write",
    async run(t) {
      const container = await aGuest(t, "lxc", "running");
      const open = { vmid: container.vmid, type: "terminal" };
      const path = `/nodes/${container.node}/tasks`;
      const tasks = async () => (await t.cluster.get<readonly unknown[]>(`${path}?source=all`)).length;
      const before = await tasks();
      await t.refused(TICKET, open, "declined");
      await t.ok(TICKET, { ...open, dryRun: true });
      t.expect.equal(await tasks(), before, "no console is opened unasked");
      t.answerConfirm("accept");
      const { data } = await t.ok(TICKET, open);
      t.expect.match((data as Given).fields.page, /xtermjs=1/, "the page");
      t.expect.match((data as Given).secrets.ticket, "PVEVNC:", "the ticket");
      t.expect.that((await tasks()) > before, "a console waits on the node");
    },
  }),
  scenario({
    tool: NETWORK,
    title: "lists a node's interfaces, and those of one type",
    async run(t) {
      const { node } = await aGuest(t, "qemu", "running");
      const seen = await t.cluster.get<readonly { iface: string; type: string; cidr?: string }[]>(
        `/nodes/${node}/network`,
      );
      const { data } = await t.ok(NETWORK, { node });
      // The client has held the data against the tool's result schema.
      const { rows } = data as { rows: { iface: string; type: string; ipv4?: string }[] };
      const plain = (all: readonly { iface: string; type: string; ip?: string | undefined }[]) =>
        all.map(({ iface, type, ip }) => `${iface} ${type} ${ip ?? ""}`).sort();
      t.expect.equal(
        plain(rows.map((row) => ({ ...row, ip: row.ipv4 }))),
        plain(seen.map((one) => ({ ...one, ip: one.cidr }))),
        "the interfaces",
      );
      const bridges = await t.ok(NETWORK, { node, type: "any_bridge" });
      t.expect.match(bridges.text, "vmbr0", "the bridge");
      t.expect.that(!bridges.text.includes("eno3"), "a card is left out");
      await t.refused(NETWORK, { node: "nosuchnode" }, "not_found");
      await t.refused(NETWORK, { node, type: "tunnel" }, "invalid_input");
    },
  }),
];
