import { rowsOf, type Scenario, type Shown, scenario, stepsOf } from "../../../sdk/testing/index.ts";

const TICKET = "proxmox_console_ticket";
const NETWORK = "proxmox_network_list";

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
      const vm = await t.make.vm("running");
      const [planned] = stepsOf(await t.ok(TICKET, { vmid: vm.vmid, dryRun: true }));
      t.expect.equal(planned?.params.websocket, true, "whether the plan asks for a WebSocket");
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
      const stopped = await t.make.vm("stopped");
      await t.refused(TICKET, { vmid: stopped.vmid }, "conflict");
      await t.refused(TICKET, { vmid: vm.vmid, type: "terminal" }, "conflict");
      await t.refused(TICKET, { vmid: await t.make.freeVmid() }, "not_found");
      await t.restart({ access: "read" });
      await t.refused(TICKET, { vmid: vm.vmid }, "denied");
    },
  }),
  scenario({
    tool: TICKET,
    title: "opens terminals of containers, and asks a human where told to",
    confirm: "write",
    needs: ["container template"],
    async run(t) {
      const container = await t.make.container("running");
      const open = { vmid: container.vmid, type: "terminal" };
      const path = `/nodes/${container.node}/tasks?source=all&vmid=${container.vmid}&limit=1000`;
      const tasks = async () => (await t.cluster.get<readonly unknown[]>(path)).length;
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
      const { node, bridge } = t.place;
      const seen = await t.cluster.get<readonly Interface[]>(`/nodes/${node}/network`);
      const rows = rowsOf(await t.ok(NETWORK, { node, limit: 1000 }));
      t.expect.equal(rows.map(shown).sort(), seen.map(expected).sort(), "the interfaces");
      const bridges = rowsOf(await t.ok(NETWORK, { node, type: "any_bridge", limit: 1000 }));
      t.expect.that(
        bridges.some(({ iface }) => iface === bridge),
        "the bridge is among the bridges",
      );
      const cards = seen.filter(({ type }) => type === "eth").map(({ iface }) => iface);
      t.expect.that(!bridges.some(({ iface }) => cards.includes(String(iface))), "no card is");
      await t.refused(NETWORK, { node: "nosuchnode" }, "not_found");
      await t.refused(NETWORK, { node, type: "tunnel" }, "invalid_input");
    },
  }),
];

interface Interface extends Shown {
  readonly iface: string;
  readonly type: string;
}

/** What a row tells, with what is off or empty left out. */
function shown({
  iface,
  type,
  active,
  autostart,
  ipv4,
  gateway,
  ipv6,
  ports,
  vlanAware,
  vlan,
  comment,
}: Shown) {
  const flags = [active === true, autostart === true, vlanAware === true];
  return JSON.stringify([
    iface,
    type,
    ...flags,
    ...[ipv4, gateway, ipv6, ports, vlan, comment].map((one) => one || ""),
  ]);
}

/** The same of what the API tells of an interface. */
function expected(one: Interface): string {
  const on = (key: string) => Number(one[key] ?? 0) === 1;
  const vlan =
    one["vlan-raw-device"] === undefined
      ? one["vlan-id"]
      : `${one["vlan-id"] ?? "?"} on ${one["vlan-raw-device"]}`;
  return shown({
    ...{ iface: one.iface, type: one.type, active: on("active"), autostart: on("autostart") },
    ...{ vlanAware: on("bridge_vlan_aware"), ipv4: one.cidr, gateway: one.gateway, ipv6: one.cidr6 },
    ...{
      ports: one.bridge_ports ?? one.slaves,
      vlan: vlan && String(vlan),
      comment: String(one.comments ?? "").trim(),
    },
  });
}
