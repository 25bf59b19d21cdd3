import {
  configOf,
  differing,
  fieldsOf,
  guestLine,
  guestLines,
  hasLoad,
  missingLoad,
  recordIn,
  rowsOf,
  type Scenario,
  type Shown,
  scenario,
  steadily,
  type ToolAnswer,
} from "../../../sdk/testing/index.ts";
import { MADE } from "./made.ts";

const LIST = "proxmox_lxc_list";
const GET = "proxmox_lxc_get";
const INTERFACES = "proxmox_lxc_interfaces";

/** More than a cluster has, so that one page holds all. */
const ALL = 5000;

/** Keys of a configuration without a default, which tools leave out. */
const KEYS = ["digest", "hostname", "memory", "net0", "rootfs", "tags"];

interface Interface {
  readonly name: string;
  readonly hwaddr: string;
  readonly inet?: string;
  readonly inet6?: string;
}

export const readScenarios: readonly Scenario[] = [
  scenario({
    ...MADE,
    tool: LIST,
    title: "lists containers and nothing else, and filters",
    async run(t) {
      const running = await t.make.container("running", { tags: "blue;scenario" });
      const stopped = await t.make.container("stopped");
      await t.make.vm("stopped");
      await hasLoad(t, running.vmid);
      const rows = rowsOf(await t.ok(LIST, { limit: ALL }));
      const lines = (await guestLines(t)).filter(({ type }) => type === "lxc");
      t.expect.equal(
        rows.map(({ vmid }) => vmid),
        lines.map(({ vmid }) => vmid).sort((a, b) => a - b),
        "the containers, and nothing else",
      );
      for (const line of lines) {
        const row = rows.find(({ vmid }) => vmid === line.vmid);
        const keys = ["name", "node", "status", "maxmem", "pool", "tags"];
        t.expect.equal(differing(row, line, keys), [], `container ${line.vmid} as listed`);
        t.expect.equal(missingLoad(row, line, ["cpu", "mem"]), [], "what is missing of its load");
      }
      const some = rowsOf(await t.ok(LIST, { filter: { status: "running" }, limit: ALL }));
      t.expect.that(
        some.some(({ vmid }) => vmid === running.vmid),
        "the running container is among those that run",
      );
      t.expect.that(!some.some(({ vmid }) => vmid === stopped.vmid), "the stopped one is not");
      await t.refused(LIST, { limit: 0 }, "invalid_input");
    },
  }),
  scenario({
    ...MADE,
    tool: GET,
    title: "shows status and configuration of a container, by VMID and by name",
    async run(t) {
      const container = await t.make.container("running", { tags: "blue" });
      await hasLoad(t, container.vmid);
      const config = await configOf(t, container);
      for (const vmid of [container.vmid, container.name]) {
        const shown = fieldsOf(await t.ok(GET, { vmid }));
        const current = await t.cluster.get<Shown>(`${container.path}/status/current`);
        const told = { ...(await guestLine(t, container.vmid)), ...current };
        const keys = [
          "vmid",
          "name",
          "node",
          "status",
          "pool",
          "tags",
          "cpus",
          "maxmem",
          "maxswap",
          "maxdisk",
        ];
        t.expect.equal(differing(shown, told, keys), [], "the container's state");
        const load = ["cpu", "mem", "disk", "uptime"];
        t.expect.equal(missingLoad(shown, current, load), [], "what is missing of its load");
        t.expect.equal(differing(recordIn(shown.config), config, KEYS), [], "its configuration");
      }
      const lines = await guestLines(t);
      const pooled = lines.find(({ type, pool }) => type === "lxc" && pool !== undefined);
      if (pooled !== undefined)
        t.expect.equal(fieldsOf(await t.ok(GET, { vmid: pooled.vmid })).pool, pooled.pool, "its pool");
      await t.refused(GET, { vmid: 999_999_999 }, "not_found");
      await t.refused(GET, { vmid: (await t.make.vm("stopped")).vmid }, "invalid_input");
    },
  }),
  scenario({
    ...MADE,
    tool: INTERFACES,
    title: "shows the addresses of a running container",
    async run(t) {
      const net0 = `name=eth0,bridge=${t.place.bridge},ip=192.0.2.77/24`;
      const { vmid, path } = await t.make.container("running", { net0 });
      await t.cluster.until<readonly Interface[]>(
        `${path}/interfaces`,
        (all) => all.some(({ inet = "" }) => inet.startsWith("192.0.2.77")),
        "the container has its address",
      );
      const { seen, answer } = await steadily<readonly Interface[], ToolAnswer>(
        t.cluster,
        `${path}/interfaces`,
        () => t.ok(INTERFACES, { vmid }),
      );
      const rows = rowsOf(answer);
      t.expect.equal(rows.length, seen.length, "how many interfaces");
      for (const { name, hwaddr, inet = "", inet6 = "" } of seen) {
        const row = rows.find((one) => one.name === name);
        t.expect.equal(row?.mac, hwaddr, `the MAC address of ${name}`);
        t.expect.match(String(row?.ipv4 ?? ""), inet, `the IPv4 address of ${name}`);
        t.expect.match(String(row?.ipv6 ?? ""), inet6, `the IPv6 address of ${name}`);
      }
      const silent = await t.ok(INTERFACES, { vmid: (await t.make.container("stopped")).vmid });
      t.expect.match(silent.text, "does not run", "the remark");
      await t.refused(INTERFACES, { vmid: 999_999_999 }, "not_found");
    },
  }),
];
