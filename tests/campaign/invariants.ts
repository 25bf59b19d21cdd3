import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { readAudit } from "./audit.ts";
import { type Play, stateOf } from "./play.ts";
import { nameOf, type WireRequest } from "./wire.ts";

/** What a bad day does to the server's end. */
export interface Expected {
  /** Writes of an ordinary run of the same scenario: none may be sent more often. */
  readonly usual: readonly WireRequest[];
  /** The server could write its state, and ended in good order. */
  readonly recorded: boolean;
}

const SECRET_NAMES = /password|secret|private|token$|^key$/i;
const SHORTEST_SECRET = 6;

/** What must hold after every play, whatever was done to it. Answers what does not. */
export async function violations(play: Play, { usual, recorded }: Expected): Promise<readonly string[]> {
  const audit = await readAudit(stateOf(play.folder), recorded);
  return [
    ...sentAgain(play.writes, usual),
    ...audit.faults,
    ...unannounced(play, audit.entries),
    ...(recorded ? withoutEnd(audit.entries) : []),
    ...(await secretsShown(play)),
  ];
}

/** Never a write sent twice. */
function sentAgain(writes: readonly WireRequest[], usual: readonly WireRequest[]): readonly string[] {
  const allowed = counted(usual);
  return [...counted(writes)]
    .filter(([what, times]) => times > Math.max(1, allowed.get(what) ?? 0))
    .map(([what, times]) => `${what} was sent ${times} times`);
}

function counted(writes: readonly WireRequest[]): Map<string, number> {
  const counts = new Map<string, number>();
  for (const write of writes) {
    const what = nameOf(write);
    counts.set(what, (counts.get(what) ?? 0) + 1);
  }
  return counts;
}

type Entries = Awaited<ReturnType<typeof readAudit>>["entries"];

/** Never a change without an entry before it. */
function unannounced({ calls }: Play, entries: Entries): readonly string[] {
  const changed = calls.filter(({ requests }) => requests.some(({ isWrite }) => isWrite));
  const tools = new Set(changed.map(({ tool }) => tool));
  return [...tools].flatMap((tool) => {
    const made = changed.filter((call) => call.tool === tool).length;
    const told = entries.filter((entry) => entry.event === "before" && entry.tool === tool).length;
    return told >= made ? [] : [`${tool} changed something ${made} times, of which the audit has ${told}`];
  });
}

/** Each change that was announced has its end recorded. */
function withoutEnd(entries: Entries): readonly string[] {
  const ended = new Set(entries.filter(({ event }) => event !== "before").map(({ callId }) => callId));
  return entries
    .filter(({ event, callId }) => event === "before" && !ended.has(callId))
    .map(({ tool }) => `the audit does not say how a call of ${tool} ended`);
}

/** Never a secret in an answer, in the log or in a file. */
async function secretsShown(play: Play): Promise<readonly string[]> {
  const secrets = new Set([play.secret, ...play.calls.flatMap(({ args }) => secretsIn(args))]);
  const answers = play.calls.map(({ tool, answer }) => [
    `the answer of ${tool}`,
    JSON.stringify(answer ?? ""),
  ]);
  const outputs = [...answers, ["the log", play.log], ...(await filesBelow(stateOf(play.folder)))];
  return outputs.flatMap(([where = "", text = ""]) =>
    [...secrets].some((secret) => secret !== "" && text.includes(secret))
      ? [`a secret shows in ${where}`]
      : [],
  );
}

function secretsIn(args: Readonly<Record<string, unknown>>): readonly string[] {
  return Object.entries(args).flatMap(([name, value]) =>
    typeof value === "string" && value.length >= SHORTEST_SECRET && SECRET_NAMES.test(name) ? [value] : [],
  );
}

async function filesBelow(folder: string): Promise<string[][]> {
  const found = await readdir(folder, { recursive: true, withFileTypes: true }).catch(() => []);
  const files = found.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
  return Promise.all(files.map(async (file) => [file, await readFile(file, "utf8").catch(() => "")]));
}
