import { afterEach, describe, expect, test } from "@jest/globals";
import { createLab, type Lab } from "../../../sdk/lab/index.ts";
import { ask, read } from "./client.ts";

let lab: Lab | undefined;

async function make(): Promise<Lab> {
  lab = await createLab({ speed: Number.POSITIVE_INFINITY, refusalDelay: 0 });
  return lab;
}

afterEach(async () => {
  await lab?.close();
  lab = undefined;
});

type Row = Readonly<Record<string, unknown>>;

test("a node shows its network, all of it or one type", async () => {
  const here = await make();
  const all = await read<Row[]>(here, "/nodes/pve2/network");
  expect(all.find(({ iface }) => iface === "vmbr0")).toMatchObject({ type: "bridge", cidr: "192.0.2.12/24" });
  const bridges = await read<Row[]>(here, "/nodes/pve2/network?type=any_bridge");
  expect(bridges.map(({ iface }) => iface)).toEqual(["vmbr0"]);
  expect(await read<Row[]>(here, "/nodes/pve2/network?type=OVSBond")).toEqual([]);
});

describe("figures over a time", () => {
  test.each([
    ["qemu/101", "memhost"],
    ["lxc/201", "disk"],
  ])("of a running guest have a load: %s", async (guest, key) => {
    const points = await read<Row[]>(await make(), `/nodes/pve1/${guest}/rrddata?timeframe=hour`);
    expect(points).toHaveLength(60);
    expect(points.at(-1)).toMatchObject({ cpu: expect.any(Number), [key]: expect.any(Number) });
  });

  test("of a guest that does not exist have no file", async () => {
    const { status, reason } = await ask(await make(), "GET", "/nodes/pve1/lxc/999/rrddata?timeframe=hour");
    const file = "/var/lib/rrdcached/db/pve-vm-9.0/999";
    expect([status, reason]).toEqual([500, `RRD error: opening '${file}': No such file or directory`]);
  });

  test.each([
    ["day", 1440, 60],
    ["week", 336, 1800],
    ["year", 1440, 21_600],
  ])("of a %s come in the steps of Proxmox VE 9", async (timeframe, count, step) => {
    const points = await read<Row[]>(await make(), `/nodes/pve1/lxc/201/rrddata?timeframe=${timeframe}`);
    expect(points).toHaveLength(count);
    expect(Number(points[1]?.time) - Number(points[0]?.time)).toBe(step);
  });

  test("of a stopped one have none", async () => {
    const points = await read<Row[]>(await make(), "/nodes/pve3/lxc/203/rrddata?timeframe=day");
    expect(points.every((point) => point.cpu === undefined && Number(point.maxmem) > 0)).toBe(true);
  });
});

test("a command that an agent's configuration turns off answers so, and is listed so", async () => {
  const here = await make();
  const users = await read<{ result: unknown }>(here, "/nodes/pve1/qemu/103/agent/get-users");
  expect(users.result).toEqual({
    error: {
      class: "CommandNotFound",
      desc: "The command guest-get-users has been disabled for this instance",
    },
  });
  const { result } = await read<{ result: { supported_commands: Row[] } }>(
    here,
    "/nodes/pve1/qemu/103/agent/info",
  );
  const off = result.supported_commands.filter(({ enabled }) => enabled === false);
  expect(off.map(({ name }) => name)).toContain("guest-get-users");
  expect((await ask(here, "POST", "/nodes/pve1/qemu/103/agent/ping", { body: "" })).status).toBe(200);
});

test("a container's console is joined by the ticket it was opened with, a node's by no token", async () => {
  const here = await make();
  const at = "/nodes/pve1/lxc/201";
  const opened = (await ask(here, "POST", `${at}/vncproxy`, { body: "" })).data as Row;
  const query = `port=${String(opened.port)}&vncticket=${encodeURIComponent(String(opened.ticket))}`;
  expect(await read(here, `${at}/vncwebsocket?${query}`)).toEqual({ port: opened.port });
  const other = await ask(here, "GET", `/nodes/pve1/lxc/204/vncwebsocket?${query}`);
  expect(other).toMatchObject({ status: 401, reason: "permission denied - invalid PVEVNC ticket" });
  const node = await ask(here, "GET", `/nodes/pve1/vncwebsocket?${query}`);
  expect(node.reason).toContain("does not look like a valid user name");
  expect((await ask(here, "POST", `${at}/spiceproxy`, { body: "" })).data).toMatchObject({ type: "spice" });
});
