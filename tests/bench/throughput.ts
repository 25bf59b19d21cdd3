import { Client } from "@modelcontextprotocol/sdk/client/index.js";
import { StdioClientTransport } from "@modelcontextprotocol/sdk/client/stdio.js";
import { Agent, request } from "undici";
import { type Figure, median, shown } from "./figures.ts";

const ROUNDS = 5;

/** A VM and the node that it is on. */
interface Place {
  readonly vmid: number;
  readonly node: string;
}

/** Runs `work` so often, so many at a time; answers runs per second. */
async function perSecond(total: number, atOnce: number, work: () => Promise<unknown>): Promise<number> {
  let left = total;
  const worker = async () => {
    while (left > 0) {
      left -= 1;
      await work();
    }
  };
  const begun = performance.now();
  await Promise.all(Array.from({ length: atOnce }, worker));
  return total / ((performance.now() - begun) / 1000);
}

/** Hands out the members of a list in turn, for ever. */
function inTurn<T>(members: readonly T[]): () => T {
  let next = 0;
  return () => {
    const member = members[next++ % members.length];
    if (member === undefined) throw new Error("the lab shows no VM");
    return member;
  };
}

/** What one `proxmox_vm_get` asks the API, by undici alone. */
interface RawClient {
  readonly vms: readonly Place[];
  once(place: Place): Promise<unknown>;
  close(): Promise<void>;
}

async function rawClient(env: Readonly<Record<string, string>>): Promise<RawClient> {
  const agent = new Agent({ connections: 32, connect: { rejectUnauthorized: false } });
  const origin = `https://${env.PROXMOX_HOST}:${env.PROXMOX_API_PORT}/api2/json`;
  const token = `${env.PROXMOX_API_TOKEN_USER}@${env.PROXMOX_API_TOKEN_REALM}!${env.PROXMOX_API_TOKEN_ID}`;
  const headers = { authorization: `PVEAPIToken=${token}=${env.PROXMOX_API_TOKEN_SECRET}` };
  const get = async (path: string): Promise<{ data: (Place & { type: string })[] }> => {
    const { body } = await request(`${origin}${path}`, { dispatcher: agent, headers });
    // The lab's own answer, of which only the list of resources is looked into.
    return (await body.json()) as { data: (Place & { type: string })[] };
  };
  const { data } = await get("/cluster/resources");
  return {
    vms: data.filter(({ type }) => type === "qemu"),
    once: ({ node, vmid }) => {
      const guest = `/nodes/${node}/qemu/${vmid}`;
      return Promise.all([get(`${guest}/config`), get(`${guest}/status/current`)]);
    },
    close: () => agent.close(),
  };
}

/** A client connected to our server. */
export async function connect(main: string, env: Readonly<Record<string, string>>): Promise<Client> {
  const client = new Client({ name: "bench", version: "1" });
  await client.connect(
    new StdioClientTransport({ command: process.execPath, args: [main], env: { ...env }, stderr: "ignore" }),
  );
  return client;
}

/** One `proxmox_vm_get`; throws where it answers an error. */
export async function vmGet(client: Client, vmid: number): Promise<void> {
  const answer = await client.callTool({ name: "proxmox_vm_get", arguments: { vmid } });
  if (answer.isError === true) throw new Error(JSON.stringify(answer.content));
}

/** Calls per second through the whole server beside the bare requests, in alternating rounds. */
export async function throughputFigures(
  main: string,
  env: Readonly<Record<string, string>>,
): Promise<Figure[]> {
  const raw = await rawClient(env);
  const client = await connect(main, env);
  // Every call is for another VM: requests for the same one at once would be shared by ours alone.
  const next = inTurn(raw.vms);
  const byUndici = () => raw.once(next());
  const byTool = () => vmGet(client, next().vmid);
  const figures: Figure[] = [];
  for (const [atOnce, total] of [
    [1, 600],
    [32, 3000],
  ] as const) {
    const rates = { ours: [] as number[], raw: [] as number[] };
    await perSecond(total / 3, atOnce, byUndici);
    await perSecond(total / 3, atOnce, byTool);
    for (let round = 0; round < ROUNDS; round++) {
      rates.raw.push(await perSecond(total, atOnce, byUndici));
      rates.ours.push(await perSecond(total, atOnce, byTool));
    }
    const ratio = median(rates.ours) / median(rates.raw);
    figures.push({
      what: `\`proxmox_vm_get\`, ${atOnce === 1 ? "one at a time" : `${atOnce} at once`}`,
      measured: `${shown(median(rates.ours))} a second`,
      against: `raw undici, the same two requests: ${shown(median(rates.raw))} a second`,
      ratio,
      goal: "≥ 0.7 times",
      met: ratio >= 0.7,
    });
  }
  await client.close();
  await raw.close();
  return figures;
}

/** What a call costs in client, pipe and server when it asks the API nothing. */
export async function protocolFloor(main: string, env: Readonly<Record<string, string>>): Promise<Figure> {
  const client = await connect(main, { ...env, PROXMOX_MCP_INVENTORY_CACHE_MS: "60000" });
  const call = () => client.callTool({ name: "proxmox_node_list", arguments: {} });
  await perSecond(300, 1, call);
  const rates: number[] = [];
  for (let round = 0; round < ROUNDS; round++) rates.push(await perSecond(500, 1, call));
  await client.close();
  return {
    what: "A tool call that makes no request (`proxmox_node_list`, cached), one at a time",
    measured: `${shown(1000 / median(rates), 2)} ms`,
    against: "",
    goal: "none: the share of client, pipe and SDK in the two figures above",
    met: true,
  };
}

/** Milliseconds that the lab takes for one of those requests, one at a time. */
export async function labLatency(env: Readonly<Record<string, string>>): Promise<Figure> {
  const raw = await rawClient(env);
  const next = inTurn(raw.vms);
  // Until the lab's code is compiled, what it takes says nothing of the rounds that follow.
  await perSecond(2000, 1, () => raw.once(next()));
  const times: number[] = [];
  for (let run = 0; run < 500; run++) {
    const begun = performance.now();
    await raw.once(next());
    times.push(performance.now() - begun);
  }
  await raw.close();
  return {
    what: "The lab's answer to those two requests",
    measured: `${shown(median(times), 2)} ms`,
    against: "",
    goal: "< 1 ms",
    met: median(times) < 1,
  };
}
