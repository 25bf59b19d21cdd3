import type { Client, ClientChannel } from "ssh2";
import { ToolError } from "../../../sdk/errors.ts";
import { type Leaving, Left, leaving } from "../leaving.ts";
import type { Capture } from "./capture.ts";
import { ConnectionLost, type NodeConnection } from "./connection.ts";
import { lostMeanwhile } from "./faults.ts";
import { feed } from "./feed.ts";
import { GRACE_MS, type Stopped, stopGroup, within } from "./kill.ts";
import { Outputs } from "./outputs.ts";
import { withPreamble } from "./preamble.ts";
import { quoteArguments } from "./quote.ts";
import type { CommandResult, NodeCommand } from "./types.ts";

/** Runs a command as it is given; whoever calls has put `sudo` before it where that is needed. */
export async function runCommand(
  connection: NodeConnection,
  command: NodeCommand,
  sudo: readonly string[],
): Promise<CommandResult> {
  const { mark, argv } = withPreamble([...sudo, ...command.argv]);
  // Login shells differ in how they treat a last command; exec makes them all become it.
  const line = `exec ${quoteArguments(argv)}`;
  const time = leaving(command.signal, command.timeoutMs);
  try {
    return await connection.withChannel(
      time.signal,
      (client) =>
        execute(
          client,
          line,
          (channel) => new Running({ channel, client, connection, mark, command, sudo, time }),
        ),
      (running) => running.result,
    );
  } catch (error) {
    if (error instanceof Left) throw notBegun(connection, error);
    if (error instanceof ConnectionLost) throw lostMeanwhile(connection.address, "a command was being sent");
    throw error;
  } finally {
    time.dispose();
  }
}

/**
 * Opens a session and asks for a command in it. `take` gets the channel at once: all that a short command has to tell
 * can come together with the answer that it was begun, and whoever listens later hears nothing.
 */
export function execute<T>(
  client: Client,
  line: string,
  take: (channel: ClientChannel) => T | Promise<T>,
): Promise<T> {
  return new Promise((resolve, reject) => {
    client.exec(line, (error, channel) => (error === undefined ? resolve(take(channel)) : reject(error)));
  });
}

interface RunningParts {
  readonly channel: ClientChannel;
  readonly client: Client;
  readonly connection: NodeConnection;
  readonly mark: string;
  readonly command: NodeCommand;
  readonly sudo: readonly string[];
  readonly time: Leaving;
}

/** A command on its channel. */
class Running {
  readonly result: Promise<CommandResult>;
  readonly #parts: RunningParts;
  readonly #outputs: Outputs;
  #exit: Pick<CommandResult, "exitCode" | "signal"> | undefined;
  #failure: { readonly error: unknown } | undefined;

  constructor(parts: RunningParts) {
    this.#parts = parts;
    const { channel, mark, command } = parts;
    const failed = (error: unknown) => this.#fail(error);
    this.#outputs = new Outputs({ channel, mark, onOutput: command.onOutput, failed });
    this.result = this.#run();
    // It is awaited a moment later; a failure until then must not count as unhandled.
    this.result.catch(() => undefined);
  }

  async #run(): Promise<CommandResult> {
    const { channel, command, time } = this.#parts;
    const { closed } = this.#outputs;
    channel.on("exit", (code: number | null, signal?: string) => {
      this.#exit = code === null ? { signal: (signal ?? "").replace(/^SIG/, "") } : { exitCode: code };
    });
    // A command that ends before it has read all of its input is no fault.
    channel.on("error", () => undefined);
    void this.#outputs.preamble.begun.then(() => this.#tellBegun());
    const { stdin = "" } = command;
    if (typeof stdin === "string" || stdin instanceof Uint8Array) channel.end(stdin);
    else feed(channel, stdin, { closed, signal: time.signal }).catch((error: unknown) => this.#fail(error));
    if (await orAborted(closed, time.signal)) return this.#ended();
    this.#outputs.discard();
    if (this.#exit === undefined) await this.#stop();
    // The command has ended, and what it left behind holds its output open.
    else channel.close();
    return this.#ended();
  }

  #tellBegun(): void {
    const { group } = this.#outputs.preamble;
    if (group !== undefined) this.#parts.command.onBegun?.({ kind: "group", id: group });
  }

  /** What is at the other end of its input or output failed: nobody has use for the command any more. */
  #fail(error: unknown): void {
    this.#failure ??= { error };
    this.#parts.time.leave("cancelled");
  }

  #ended(): CommandResult {
    const { connection } = this.#parts;
    if (this.#exit === undefined) throw lostMeanwhile(connection.address, "a command ran");
    if (this.#failure !== undefined) throw this.#failure.error;
    const { stdout, stderr, preamble } = this.#outputs;
    const output = { stdout: stdout.output, stderr: stderr.output };
    if (preamble.group !== undefined) return { ...this.#exit, ...output };
    throw noShell(connection.address.node, preamble.noise, output.stderr.bytes);
  }

  /** Returns where the command ended by itself before it could be stopped. */
  async #stop(): Promise<void> {
    const { client, connection, sudo, channel } = this.#parts;
    const { preamble, closed } = this.#outputs;
    await within(GRACE_MS, Promise.race([preamble.begun, closed]));
    const { group } = preamble;
    const how = group === undefined ? "left" : await stopGroup({ client, connection, group, sudo, closed });
    if (how === "left") channel.close();
    else if (this.#failure !== undefined) throw this.#failure.error;
    if (how !== "ended" || this.#outputs.hasDropped) throw this.#stopped(how);
  }

  #stopped(how: Stopped): ToolError {
    const { connection, time } = this.#parts;
    const { preamble, stdout, stderr } = this.#outputs;
    const { node } = connection.address;
    const { group } = preamble;
    const why = time.signal.reason instanceof Left ? time.signal.reason.why : "cancelled";
    const what = why === "timeout" ? "took longer than it may" : "was cancelled";
    const output = { stdout: text(stdout), stderr: text(stderr) };
    if (how !== "left") {
      const end = how === "stopped" ? "its processes were killed" : "it ended by itself meanwhile";
      return new ToolError({
        code: "cancelled",
        message: `The command on ${node} ${what}; ${end}. What it had done by then stays done.`,
        next: "Look at what it was to change before doing it again.",
        details: { node, ...output },
      });
    }
    return new ToolError({
      code: "outcome_unknown",
      message: `The command on ${node} ${what}, and its processes could not be killed: they may still run.`,
      next: `Look on ${node} for what still runs${group === undefined ? "" : ` (process group ${group})`}.`,
      details: { node, ...(group === undefined ? {} : { group }), ...output },
    });
  }
}

/** True when a promise is done, false when a signal was aborted first. */
async function orAborted(done: Promise<void>, signal: AbortSignal): Promise<boolean> {
  if (signal.aborted) return false;
  let leave: (() => void) | undefined;
  const aborted = new Promise<false>((resolve) => {
    leave = () => resolve(false);
    signal.addEventListener("abort", leave, { once: true });
  });
  try {
    return await Promise.race([done.then(() => true), aborted]);
  } finally {
    if (leave) signal.removeEventListener("abort", leave);
  }
}

/** Enough for an error to show. */
const SHOWN_BYTES = 2_000;

function text(capture: Capture): string {
  return Buffer.from(capture.output.bytes).toString("utf8", 0, SHOWN_BYTES);
}

function notBegun({ address }: NodeConnection, { why }: Left): ToolError {
  return why === "timeout"
    ? new ToolError({
        code: "unreachable",
        message: `No channel to ${address.node} became free in time. Nothing was sent.`,
        next: "Repeat it when less runs there.",
        retry: true,
      })
    : new ToolError({
        code: "cancelled",
        message: `The command for ${address.node} was cancelled. Nothing was sent.`,
      });
}

function noShell(node: string, stdout: Uint8Array, stderr: Uint8Array): ToolError {
  const said = Buffer.concat([stdout, stderr]).toString("utf8", 0, SHOWN_BYTES).trim();
  return new ToolError({
    code: "unsupported",
    message: `The login on ${node} runs no command: its shell ended before it${said === "" ? "" : `, saying: ${said}`}.`,
    next: "The operator has to give the login a POSIX shell such as /bin/bash, and no forced command.",
  });
}
