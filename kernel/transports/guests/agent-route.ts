import type { GuestPlace } from "../../../sdk/steps.ts";
import { Left, leaving, orLeave } from "../leaving.ts";
import type { CommandResult, NodeCommand } from "../ssh/types.ts";
import { AgentApi, type AgentCluster } from "./agent-api.ts";
import { notBegunInTime } from "./agent-faults.ts";
import { inputOf } from "./agent-input.ts";
import { posixCommand, refuseForWindows, refuseTooMuch } from "./agent-limits.ts";
import { runProcess } from "./agent-process.ts";
import { systemOf } from "./agent-system.ts";

const GRACE_MS = 5_000;

/**
 * Commands in VMs by their guest agent, over REST.
 *
 * Of each output the agent keeps 16 MiB, and hands it out when the command has ended, so `onOutput` hears of it then.
 * Standard input has 64 KiB at most. On systems with a POSIX shell a command is a process group of its own where the
 * guest has `setsid`; without it, cancelling ends its first process alone.
 */
export class AgentRoute {
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
      });
      await tell(command, result);
      return result;
    } finally {
      time.dispose();
    }
  }
}

async function tell({ onOutput }: NodeCommand, { stdout, stderr }: CommandResult): Promise<void> {
  if (stdout.bytes.length > 0) await onOutput?.(stdout.bytes, "stdout");
  if (stderr.bytes.length > 0) await onOutput?.(stderr.bytes, "stderr");
}
