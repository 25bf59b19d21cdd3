import { once } from "node:events";
import { setTimeout as delay } from "node:timers/promises";
import type { Client } from "ssh2";
import type { NodeConnection } from "./connection.ts";
import { quoteArguments } from "./quote.ts";

/** What a command gets to begin or to clean up in, milliseconds. */
export const GRACE_MS = 2_000;

/** What a node gets to tell what became of a signal in, milliseconds: more than a busy one takes. */
const ANSWER_MS = 10_000;

/** Pauses between looking whether all are gone: {@link GRACE_MS} together. */
const GONE_SOON_MS = [20, 80, 400, 1_500];

/** The processes to be stopped, and the channel that closes when they are gone. */
export interface StopParts {
  readonly client: Client;
  readonly connection: Pick<NodeConnection, "isAlive" | "withSpareChannel">;
  readonly group: number;
  /** Words that were put before the command, and so go before `kill`. */
  readonly sudo: readonly string[];
  readonly closed: Promise<void>;
}

/** What became of processes that were to be stopped: `ended` by themselves, or neither ended nor seen to end. */
export type Stopped = "stopped" | "ended" | "left";

/** Ends a process group, first asking, then by force. What cannot be asked is neither taken to run nor to have ended. */
export async function stopGroup(parts: StopParts): Promise<Stopped> {
  const isClosed = () => within(GRACE_MS, parts.closed);
  if ((await send(parts, "TERM")) === "none") return (await isClosed()) ? "ended" : "left";
  const hasLetGo = await isClosed();
  // Who has let go of the output may still run: `pct` ends at once, before what it runs in a container.
  for (const pause of hasLetGo ? GONE_SOON_MS : []) {
    if ((await send(parts, "0")) === "none") return "stopped";
    await delay(pause);
  }
  const forced = await send(parts, "KILL");
  const isDone = forced === "sent" || (forced === "none" && hasLetGo);
  return isDone && (await isClosed()) ? "stopped" : "left";
}

/** Whether a promise that never rejects is done within a time. */
export async function within(ms: number, done: Promise<unknown>): Promise<boolean> {
  let timer: NodeJS.Timeout | undefined;
  const over = new Promise<false>((resolve) => {
    timer = setTimeout(resolve, ms, false);
  });
  try {
    return await Promise.race([done.then(() => true), over]);
  } finally {
    clearTimeout(timer);
  }
}

/** What came of a signal: the group has it, there is no such group, or nobody knows. */
type Sent = "sent" | "none" | "unknown";

async function send({ client, connection, group, sudo }: StopParts, signal: string): Promise<Sent> {
  if (!connection.isAlive(client)) return "unknown";
  const line = quoteArguments([...sudo, "kill", "-s", signal, "--", `-${group}`]);
  const time = AbortSignal.timeout(ANSWER_MS);
  const open = (on: Client) =>
    new Promise<{ code: Promise<unknown[]> }>((resolve, reject) => {
      on.exec(line, (error, channel) => {
        if (error !== undefined) return reject(error);
        channel.resume();
        channel.stderr.resume();
        resolve({ code: once(channel, "exit", { signal: time }) });
      });
    });
  try {
    return await connection.withSpareChannel(client, time, open, async ({ code }) => {
      const [exitCode] = await code;
      return exitCode === 0 ? "sent" : "none";
    });
  } catch {
    return "unknown";
  }
}
