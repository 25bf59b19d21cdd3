import { Client } from "@modelcontextprotocol/sdk/client/index.js";
import { StdioClientTransport } from "@modelcontextprotocol/sdk/client/stdio.js";
import { bundled } from "./bundled.ts";
import { type Figure, median, shown } from "./figures.ts";
import { rawClient } from "./raw-client.ts";

const ROUNDS = 5;
/** Calls of each side before anything is measured, until its code is compiled. */
const WARM_UP = 2000;

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
  root: string,
  main: string,
  env: Readonly<Record<string, string>>,
): Promise<Figure[]> {
  const raw = await rawClient(env);
  const ours = await connect(main, env);
  const least = await connect(await bundled(root, "passing-server"), env);
  // Every call is for another VM: requests for the same one at once would be shared by ours alone.
  const next = inTurn(raw.vms);
  const sides = {
    raw: () => raw.once(next()),
    ours: () => vmGet(ours, next().vmid),
    least: () => vmGet(least, next().vmid),
  };
  for (const side of Object.values(sides)) await perSecond(WARM_UP, 1, side);
  const figures = [
    ...compared(await rounds(sides, 1, 600), "one at a time"),
    ...compared(await rounds(sides, 32, 3000), "32 at once"),
  ];
  await Promise.all([ours.close(), least.close(), raw.close()]);
  return figures;
}

interface Rates {
  readonly raw: number;
  readonly ours: number;
  readonly least: number;
}

/** Calls per second of each side, the median of rounds that take turns. */
async function rounds(
  sides: Readonly<Record<keyof Rates, () => Promise<unknown>>>,
  atOnce: number,
  total: number,
): Promise<Rates> {
  const rates = { raw: [] as number[], ours: [] as number[], least: [] as number[] };
  for (let round = 0; round < ROUNDS; round++) {
    for (const side of ["raw", "ours", "least"] as const) {
      rates[side].push(await perSecond(total, atOnce, sides[side]));
    }
  }
  return { raw: median(rates.raw), ours: median(rates.ours), least: median(rates.least) };
}

function compared({ raw, ours, least }: Rates, how: string): Figure[] {
  const against = `raw undici, the same two requests: ${shown(raw)} a second`;
  const figure = (what: string, rate: number): Omit<Figure, "goal" | "met"> & { readonly ratio: number } => ({
    what: `${what}, ${how}`,
    measured: `${shown(rate)} a second`,
    against,
    ratio: rate / raw,
  });
  const tool = figure("`proxmox_vm_get`", ours);
  return [
    { ...tool, goal: "≥ 0.7 times", met: tool.ratio >= 0.7 },
    {
      ...figure(
        "A bare SDK server that passes the two answers on, nothing checked, masked or recorded",
        least,
      ),
      goal: "none: what client, pipe and SDK leave of raw undici",
      met: true,
    },
  ];
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
  await perSecond(WARM_UP, 1, () => raw.once(next()));
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
