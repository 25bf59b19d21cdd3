import { Client } from "@modelcontextprotocol/sdk/client/index.js";
import { StdioClientTransport } from "@modelcontextprotocol/sdk/client/stdio.js";
import { Agent, request } from "undici";
import { type Figure, median, shown } from "./figures.ts";

const VMID = 101;
const NODE = "pve1";
const ROUNDS = 5;

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

/** What one `proxmox_vm_get` asks the API, by undici alone. */
function rawRequests(env: Readonly<Record<string, string>>): {
  once: () => Promise<unknown>;
  close: () => Promise<void>;
} {
  const agent = new Agent({ connections: 32, connect: { rejectUnauthorized: false } });
  const origin = `https://${env.PROXMOX_HOST}:${env.PROXMOX_API_PORT}/api2/json`;
  const token = `${env.PROXMOX_API_TOKEN_USER}@${env.PROXMOX_API_TOKEN_REALM}!${env.PROXMOX_API_TOKEN_ID}`;
  const headers = { authorization: `PVEAPIToken=${token}=${env.PROXMOX_API_TOKEN_SECRET}` };
  const get = async (path: string) => {
    const { body } = await request(`${origin}${path}`, { dispatcher: agent, headers });
    return await body.json();
  };
  const guest = `/nodes/${NODE}/qemu/${VMID}`;
  return {
    once: () => Promise.all([get(`${guest}/config`), get(`${guest}/status/current`)]),
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
export async function vmGet(client: Client): Promise<void> {
  const answer = await client.callTool({ name: "proxmox_vm_get", arguments: { vmid: VMID } });
  if (answer.isError === true) throw new Error(JSON.stringify(answer.content));
}

/** Calls per second through the whole server beside the bare requests, in alternating rounds. */
export async function throughputFigures(
  main: string,
  env: Readonly<Record<string, string>>,
): Promise<Figure[]> {
  const raw = rawRequests(env);
  const client = await connect(main, env);
  const figures: Figure[] = [];
  for (const [atOnce, total] of [
    [1, 600],
    [32, 3000],
  ] as const) {
    const rates = { ours: [] as number[], raw: [] as number[] };
    await perSecond(total / 3, atOnce, raw.once);
    await perSecond(total / 3, atOnce, () => vmGet(client));
    for (let round = 0; round < ROUNDS; round++) {
      rates.raw.push(await perSecond(total, atOnce, raw.once));
      rates.ours.push(await perSecond(total, atOnce, () => vmGet(client)));
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

/** Milliseconds that the lab takes for one of those requests, one at a time. */
export async function labLatency(env: Readonly<Record<string, string>>): Promise<Figure> {
  const raw = rawRequests(env);
  await perSecond(200, 1, raw.once);
  const times: number[] = [];
  for (let run = 0; run < 500; run++) {
    const begun = performance.now();
    await raw.once();
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
