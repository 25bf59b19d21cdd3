import { ToolError } from "../../../sdk/errors.ts";
import type { CommandLine } from "../../../sdk/steps.ts";
import type { CommandResult, NodeAccess } from "../ssh/types.ts";
import { cliArguments } from "./arguments.ts";

/** Lines of an error output that an error shows. */
const SHOWN_LINES = 8;

/** The end of a text says how it went; so much of it is kept with a job. */
const KEPT_TEXT = 3_500;

/** An answer as short as a job's record takes it. */
export function shortened(answer: unknown): unknown {
  if (typeof answer !== "string" || answer.length <= KEPT_TEXT) return answer;
  return `(${answer.length - KEPT_TEXT} characters before this are left out)\n${answer.slice(-KEPT_TEXT)}`;
}

/** Commands that end well whatever became of their task, and never tell its UPID. (pve-container, pct.pm) */
const ENDS_WELL_ANYWAY: ReadonlySet<string> = new Set(["pct pull", "pct push"]);

/** When a command is given up. */
export interface CliBounds {
  readonly signal: AbortSignal;
  readonly timeoutMs: number;
}

/**
 * Runs a command and answers as its API method would: JSON as data, a task as its UPID, anything else as
 * text. Throws ToolError where it ends in any other way than well. A UPID says nothing of how its task ended: `pvesh`
 * ends well even where its task failed.
 */
export async function runCli(
  ssh: NodeAccess,
  line: CommandLine,
  params: Readonly<Record<string, unknown>>,
  bounds: CliBounds,
): Promise<unknown> {
  const argv = cliArguments(line, params);
  const result = await ssh.run(line.node, { argv, ...bounds });
  const isSilent = ENDS_WELL_ANYWAY.has(line.command) && result.stderr.size > 0;
  if (result.exitCode === 0 && !isSilent) return answerOf(Buffer.from(result.stdout.bytes).toString());
  throw failed(line, result);
}

/** The answer within the standard output of a command that ended well. */
export function answerOf(stdout: string): unknown {
  const text = stdout.trim();
  if (text === "") return null;
  return parsed(text) ?? upidIn(text) ?? text;
}

/** Commands that follow their task print its log, and then the UPID alone on the last line, in quotes or not. */
function upidIn(text: string): string | undefined {
  const last = text.slice(text.lastIndexOf("\n") + 1).trim();
  return /^"?(UPID:[^\s"]+:)"?$/.exec(last)?.[1];
}

function parsed(text: string): unknown {
  if (!/^[[{"\d-]|^(?:true|false)$/.test(text)) return undefined;
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function failed(
  { node, command }: CommandLine,
  { exitCode, signal, stdout, stderr }: CommandResult,
): ToolError {
  const text = (bytes: Uint8Array) => Buffer.from(bytes).toString().trim();
  const said = text(stderr.bytes) || text(stdout.bytes);
  const lines = said.split("\n").slice(-SHOWN_LINES).join("\n");
  const how = signal === undefined ? `ended with exit code ${exitCode}` : `was ended by the signal ${signal}`;
  if (exitCode === 127) {
    return new ToolError({
      code: "unsupported",
      message: `${node} has no ${command.split(" ", 1)[0]}, or the login may not run it: ${lines}`,
      next: "It may belong to a package that is not installed there, or be missing in sudoers.",
    });
  }
  return new ToolError({
    code: "upstream",
    message: `${command} on ${node} ${how}${lines === "" ? "." : `: ${lines}`}`,
    next: "What it had done by then stays done; look at the object before doing it again.",
    details: { ...(exitCode === undefined ? {} : { exitCode }), ...(signal === undefined ? {} : { signal }) },
  });
}
