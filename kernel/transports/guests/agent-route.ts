import type { Writable } from "node:stream";
import type { GuestPlace } from "../../../sdk/places.ts";
import { Left, leaving, orLeave } from "../leaving.ts";
import type { CommandResult, FileWrite, NodeCommand, Transferred } from "../ssh/types.ts";
import { AgentApi, type AgentCluster } from "./agent-api.ts";
import { notBegunInTime } from "./agent-faults.ts";
import { inputOf } from "./agent-input.ts";
import { posixCommand, refuseForWindows, refuseTooMuch } from "./agent-limits.ts";
import { runProcess } from "./agent-process.ts";
import { readInVm } from "./agent-read.ts";
import { AgentSession } from "./agent-session.ts";
import { systemOf } from "./agent-system.ts";
import { writeInVm } from "./agent-write.ts";
import type { GuestAccess } from "./types.ts";

const GRACE_MS = 5_000;

/** A gigabyte takes about half an hour to be written, and some minutes to be read. */
const FILE_TIMEOUT_MS = 3_600_000;

/**
 * Commands in VMs by their guest agent, over REST.
 *
 * Of each output the agent keeps 16 MiB, and hands it out when the command has ended, so `onOutput` hears of it then.
 * Standard input has 64 KiB at most. On systems with a POSIX shell a command is a process group of its own where the
 * guest has `setsid`; without it, cancelling ends its first process alone.
 *
 * Files go through commands as well, as base64 and in blocks, up to 1 GiB: the API's own ways to files have neither
 * offsets nor a rename before 9, and change what is not UTF-8.
 */
export class AgentRoute implements GuestAccess {
  readonly #cluster: AgentCluster;
  readonly #graceMs: number;

  /** `graceMs`: what a command gets to end in once it is to be stopped, before it is killed. */
  constructor(cluster: AgentCluster, { graceMs = GRACE_MS }: { readonly graceMs?: number } = {}) {
    this.#cluster = cluster;
    this.#graceMs = graceMs;
  }

  async run(guest: GuestPlace, command: NodeCommand): Promise<CommandResult> {
    const { argv } = command;
    const api = new AgentApi(this.#cluster, guest);
    const time = leaving(command.signal, command.timeoutMs);
    try {
      const input = await orLeave(inputOf(command.stdin), time.signal).catch((error: unknown) => {
        throw error instanceof Left ? notBegunInTime(guest, error) : error;
      });
      const system = await systemOf(api, time.signal);
      const major = await api.major();
      if (system === "windows") refuseForWindows(argv, major);
      const begun = system === "windows" ? argv : posixCommand(argv);
      refuseTooMuch(begun, input, major);
      const result = await runProcess(api, {
        argv: begun,
        input,
        system,
        time,
        graceMs: this.#graceMs,
        ...(command.onBegun === undefined ? {} : { onBegun: command.onBegun }),
      });
      await tell(command, result);
      return result;
    } finally {
      time.dispose();
    }
  }

  async read(
    guest: GuestPlace,
    path: string,
    { sink, maxBytes, signal }: { sink: Writable; maxBytes?: number; signal?: AbortSignal },
  ): Promise<Transferred> {
    return await this.#transfer(guest, path, signal, (session, during) =>
      readInVm(session, path, { sink, maxBytes, signal: during }),
    );
  }

  async write(guest: GuestPlace, path: string, write: FileWrite): Promise<Transferred> {
    return await this.#transfer(guest, path, write.signal, (session, during) =>
      writeInVm(session, path, write, during),
    );
  }

  async #transfer(
    guest: GuestPlace,
    path: string,
    signal: AbortSignal | undefined,
    work: (session: AgentSession, during: AbortSignal) => Promise<Transferred>,
  ): Promise<Transferred> {
    const time = leaving(signal, FILE_TIMEOUT_MS);
    try {
      const options = { signal: time.signal, graceMs: this.#graceMs };
      const session = await AgentSession.open(new AgentApi(this.#cluster, guest), path, options);
      return await work(session, time.signal);
    } finally {
      time.dispose();
    }
  }
}

async function tell({ onOutput }: NodeCommand, { stdout, stderr }: CommandResult): Promise<void> {
  if (stdout.bytes.length > 0) await onOutput?.(stdout.bytes, "stdout");
  if (stderr.bytes.length > 0) await onOutput?.(stderr.bytes, "stderr");
}
