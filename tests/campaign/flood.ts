import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { ERROR_CODES } from "../../sdk/errors.ts";
import { codeLayout } from "../../sdk/plugin-files/layout.ts";
import { openLabTarget } from "../../sdk/testing/lab-target.ts";
import { type ListedToolInfo, McpSession } from "../../sdk/testing/mcp-client.ts";
import type { ToolAnswer } from "../../sdk/testing/scenario.ts";
import { argumentsFor } from "./random-inputs.ts";

/** What came of many calls with random inputs. */
export interface Flood {
  readonly calls: number;
  readonly tools: number;
  /** Answers by outcome: `answered`, or the code of the error. */
  readonly outcomes: ReadonlyMap<string, number>;
  /** Resident memory of the server after the first tenth of the calls and at the end, in MB. */
  readonly memory: readonly [first: number, last: number];
  /** What did not hold, the first of each kind with the call that shows it. */
  readonly faults: readonly string[];
}

const AT_ONCE = 16;
/** Of the calls that could change something, one in so many really may. */
const REAL_CHANGES = 20;
/** The server may hold so much more at the end than after the first tenth, or so many MB if that is more. */
const MOST_GROWTH = 1.5;
const ALWAYS_ALLOWED_MB = 256;

/** Calls every listed tool with random inputs; the same ones for the same seed. */
export async function flood(calls: number, seed: number): Promise<Flood> {
  const target = await openLabTarget();
  const state = await mkdtemp(join(tmpdir(), "proxmox-mcp-flood-"));
  const pidFile = join(state, "pid");
  const main = join(codeLayout().root, "dist", "main.js");
  const session = await McpSession.start({
    command: "/bin/sh",
    args: ["-c", `echo $$ >"$0"; exec "$@"`, pidFile, process.execPath, main],
    env: {
      ...target.env,
      PROXMOX_MCP_ACCESS: "escape",
      PROXMOX_MCP_CONFIRM: "none",
      PROXMOX_MCP_MIN_VALIDATION: "experimental",
      PROXMOX_MCP_STATE_DIR: join(state, "state"),
    },
  });
  try {
    const pid = Number(await readFile(pidFile, "utf8"));
    return await pour(session, { calls, seed, memory: () => residentMegabytes(pid) });
  } finally {
    await session.close();
    await target.close();
    await rm(state, { recursive: true, force: true });
  }
}

interface Pouring {
  readonly calls: number;
  readonly seed: number;
  readonly memory: () => Promise<number>;
}

async function pour(session: McpSession, { calls, seed, memory }: Pouring): Promise<Flood> {
  const tools = await session.tools();
  const inputs = inputsFor(tools, calls, seed);
  const outcomes = new Map<string, number>();
  const faults = new Map<string, string>();
  let made = 0;
  let first = 0;
  const worker = async () => {
    for (let next = inputs.next(); !next.done; next = inputs.next()) {
      const { tool, args } = next.value;
      const { outcome, fault } = await answerOf(session, tool, args);
      outcomes.set(outcome, (outcomes.get(outcome) ?? 0) + 1);
      if (fault !== undefined && !faults.has(`${tool} ${outcome}`))
        faults.set(`${tool} ${outcome}`, `${tool} ${JSON.stringify(args).slice(0, 500)}: ${fault}`);
      made += 1;
      if (made === Math.ceil(calls / 10)) first = await memory();
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, worker));
  const last = await memory();
  const grown =
    last > Math.max(first * MOST_GROWTH, ALWAYS_ALLOWED_MB)
      ? [`the server's memory grew from ${first.toFixed(0)} to ${last.toFixed(0)} MB`]
      : [];
  return {
    calls: made,
    tools: tools.length,
    outcomes,
    memory: [first, last],
    faults: [...faults.values(), ...grown],
  };
}

interface Input {
  readonly tool: string;
  readonly args: Record<string, unknown>;
}

function* inputsFor(tools: readonly ListedToolInfo[], calls: number, seed: number): Generator<Input> {
  const each = Math.ceil(calls / tools.length);
  const samples = tools.map((tool, index) => ({
    tool,
    args: fc.sample(argumentsFor(tool.inputSchema), { numRuns: each, seed: seed + index }),
  }));
  let made = 0;
  for (let round = 0; round < each; round++) {
    for (const { tool, args } of samples) {
      if (made++ >= calls) return;
      yield { tool: tool.name, args: harmless(tool, args[round] ?? {}, made) };
    }
  }
}

/** Most changes are only planned, so that the cluster lasts; none is waited for. */
function harmless(
  tool: ListedToolInfo,
  args: Record<string, unknown>,
  turn: number,
): Record<string, unknown> {
  if (tool.annotations?.readOnlyHint === true) return args;
  return turn % REAL_CHANGES === 0 ? { ...args, waitMode: "deferred" } : { ...args, dryRun: true };
}

async function answerOf(
  session: McpSession,
  tool: string,
  args: Record<string, unknown>,
): Promise<{ outcome: string; fault?: string }> {
  try {
    return judge(await session.call(tool, args));
  } catch (error) {
    // Whatever is no answer of a tool is an error of the protocol, or a server that has gone.
    return { outcome: "no answer", fault: String(error) };
  }
}

function judge({ text, isError, code }: ToolAnswer): { outcome: string; fault?: string } {
  if (text.trim() === "") return { outcome: "empty", fault: "the answer is empty" };
  if (!isError) return { outcome: "answered" };
  if (code === undefined || !ERROR_CODES.some((known) => known === code))
    return { outcome: "unknown code", fault: text.slice(0, 300) };
  // An error of this kind is a fault of the server, whatever it was given.
  return code === "internal" ? { outcome: code, fault: text.slice(0, 300) } : { outcome: code };
}

async function residentMegabytes(pid: number): Promise<number> {
  const status = await readFile(`/proc/${pid}/status`, "utf8");
  return Number(/VmRSS:\s+(\d+)/.exec(status)?.[1]) / 1024;
}
