import type { Client } from "@modelcontextprotocol/sdk/client/index.js";
import { createLab } from "../../sdk/lab/index.ts";
import { MOST_ON_AVERAGE } from "../budgets/judge.ts";
import { listedTools, tokensOf } from "../budgets/measure.ts";
import { type Figure, median, shown } from "./figures.ts";
import { startLabProcess } from "./lab-process.ts";
import { connect } from "./throughput.ts";

const GUESTS = 10_000;
const NODES = 32;
const LAB_OPTIONS = ["--seed", String(GUESTS), "--nodes", String(NODES)];
const SERVERS = 7;
const CACHED_CALLS = 15;

const LIST = "proxmox_vm_list";
const OVERVIEW = "proxmox_inventory_overview";

/** What a model pays for a large cluster, and how long it waits. */
export async function largeFigures(main: string, stateDir: string): Promise<Figure[]> {
  return [
    ...(await listFigures(main, stateDir)),
    await overviewFigure(main, stateDir),
    await toolsFigure(main),
  ];
}

async function listFigures(main: string, stateDir: string): Promise<Figure[]> {
  const lab = await startLabProcess(main, LAB_OPTIONS);
  const times = { first: [] as number[], cached: [] as number[] };
  let tokens = 0;
  try {
    const env = { PATH: process.env.PATH ?? "", ...lab.env, PROXMOX_MCP_STATE_DIR: stateDir };
    for (let server = 0; server < SERVERS; server++) {
      const client = await ready(main, env);
      const first = await timed(client, LIST);
      times.first.push(first.taken);
      tokens = tokensOf(first.text);
      for (let call = 0; call < CACHED_CALLS; call++) times.cached.push((await timed(client, LIST)).taken);
      await client.close();
    }
  } finally {
    await lab.close();
  }
  return [
    atMost("Tokens of `proxmox_vm_list` without inputs, 10,000 guests", tokens, 2_500, ""),
    await requestsOfList(main, stateDir),
    atMost("That list, the first time", median(times.first), 350, " ms"),
    atMost("That list, from the cache", median(times.cached), 50, " ms"),
  ];
}

async function requestsOfList(main: string, stateDir: string): Promise<Figure> {
  const lab = await createLab({ seed: { guests: GUESTS, nodes: NODES } });
  const [, user = "", realm = "", id = ""] = /^(.+)@([^@!]+)!(.+)$/.exec(lab.tokens.root?.id ?? "") ?? [];
  const client = await ready(main, {
    PROXMOX_HOST: lab.host,
    PROXMOX_API_PORT: String(lab.port),
    PROXMOX_TLS_FINGERPRINT: lab.fingerprint,
    PROXMOX_API_TOKEN_USER: user,
    PROXMOX_API_TOKEN_REALM: realm,
    PROXMOX_API_TOKEN_ID: id,
    PROXMOX_API_TOKEN_SECRET: lab.tokens.root?.secret ?? "",
    PROXMOX_MCP_STATE_DIR: stateDir,
  });
  const before = lab.requests();
  await timed(client, LIST);
  const made = lab.requests() - before;
  await client.close();
  await lab.close();
  return atMost("API requests of that list", made, 1, "");
}

async function overviewFigure(main: string, stateDir: string): Promise<Figure> {
  const lab = await startLabProcess(main, LAB_OPTIONS);
  try {
    const env = { PATH: process.env.PATH ?? "", ...lab.env, PROXMOX_MCP_STATE_DIR: stateDir };
    const client = await ready(main, env);
    const { text } = await timed(client, OVERVIEW);
    await client.close();
    return atMost(`Tokens of the overview of 10,000 guests on ${NODES} nodes`, tokensOf(text), 1_500, "");
  } finally {
    await lab.close();
  }
}

async function toolsFigure(main: string): Promise<Figure> {
  const tools = await listedTools(main);
  const average = tokensOf({ tools }) / tools.length;
  return atMost(
    `Tokens of a tool in \`tools/list\`, all ${tools.length} on average`,
    average,
    MOST_ON_AVERAGE,
    "",
  );
}

/** A client whose server knows the version already, so that what is measured is the call alone. */
async function ready(main: string, env: Readonly<Record<string, string>>): Promise<Client> {
  const client = await connect(main, { ...env, PROXMOX_MCP_MIN_VALIDATION: "experimental" });
  await client.callTool({ name: "proxmox_capabilities" });
  return client;
}

async function timed(client: Client, name: string): Promise<{ text: string; taken: number }> {
  const begun = performance.now();
  const { content, isError } = await client.callTool({ name });
  const taken = performance.now() - begun;
  const [part] = Array.isArray(content) ? content : [];
  if (isError === true || part?.type !== "text") throw new Error(JSON.stringify(content));
  return { text: part.text, taken };
}

function atMost(what: string, value: number, goal: number, unit: string): Figure {
  const measured = `${shown(value)}${unit}`;
  return { what, measured, against: "", goal: `≤ ${shown(goal)}${unit}`, met: value <= goal };
}
