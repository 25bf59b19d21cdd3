import { readFileSync } from "node:fs";
import { mkdtemp } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { ServerCommand } from "../../sdk/testing/mcp-client.ts";
import { runOnce } from "../../sdk/testing/run-scenario.ts";
import { openWiredLab, type WiredLab } from "./stage.ts";
import type { Subject } from "./subjects.ts";
import { type OnCall, type PlayedCall, Stopped, watchedRun } from "./watched-run.ts";
import type { WireRequest } from "./wire.ts";

/** A scenario that was played. */
export interface Play {
  readonly calls: readonly PlayedCall[];
  readonly writes: readonly WireRequest[];
  /** Holds the server's state directory. To be removed by the caller. */
  readonly folder: string;
  /** Why the scenario failed; missing where it passed, or was stopped on purpose. */
  readonly failure?: string;
  /** What the server wrote to stderr. */
  readonly log: string;
  /** The secret of the token that the server signs in with. */
  readonly secret: string;
}

/** What is different from an ordinary run. */
export interface Staging {
  /** Shell commands before the server starts, such as `ulimit -f 4`. */
  readonly before?: string;
  /** Arguments of `node`, such as `--import=…`. */
  readonly node?: readonly string[];
  /** Judges each call; told where the play is kept. */
  readonly onCall?: (attempt: Parameters<OnCall>[0], folder: string) => ReturnType<OnCall>;
}

/** Where the state of a play's server is. */
export function stateOf(folder: string): string {
  return join(folder, "state");
}

/** Process id of a play's server. */
export function pidOf(folder: string): number {
  return Number(readFileSync(join(folder, "pid"), "utf8"));
}

/**
 * Runs a subject's scenario against a lab behind a wire, through a real client and a server process with a
 * state directory of its own. Never throws for what goes wrong in the scenario.
 */
export async function play(subject: Subject, staging: Staging = {}): Promise<Play> {
  const folder = await mkdtemp(join(tmpdir(), "proxmox-mcp-campaign-"));
  const { scenario, tool } = subject;
  const { onCall = ({ proceed }) => proceed() } = staging;
  const calls: PlayedCall[] = [];
  let lab: WiredLab | undefined;
  let stopped = false;
  const run = async (plain: Parameters<typeof scenario.run>[0]) => {
    if (lab === undefined) throw new Error("the lab is not open");
    const watched = watchedRun(plain, lab, calls, (attempt) => onCall(attempt, folder));
    await scenario.run(watched).catch((error: unknown) => {
      stopped = error instanceof Stopped;
      throw error;
    });
  };
  const openTarget = async () => {
    lab = await openWiredLab();
    return lab.target;
  };
  const setting = { openTarget, server: serverIn(folder, subject.server, staging) };
  const { failure, serverLog } = await runOnce({ ...scenario, run }, tool, setting);
  return {
    calls,
    writes: lab?.wire.writes ?? [],
    folder,
    log: serverLog,
    secret: lab?.secret ?? "",
    ...(failure === undefined || stopped ? {} : { failure }),
  };
}

/** The server, started by a shell that notes its process id and gives it a state directory that outlives the run. */
function serverIn(
  folder: string,
  server: ServerCommand,
  { before = ":", node = [] }: Staging,
): ServerCommand {
  const script = `echo $$ >"$0/pid"; export PROXMOX_MCP_STATE_DIR="$0/state"; ${before}; exec "$@"`;
  return {
    ...server,
    command: "/bin/sh",
    args: ["-c", script, folder, server.command, ...node, ...server.args],
  };
}
