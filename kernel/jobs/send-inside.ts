import { Readable } from "node:stream";
import { ToolError } from "../../sdk/errors.ts";
import { atPlace } from "../../sdk/places.ts";
import type { FileLine, ShellLine } from "../../sdk/steps.ts";
import type { CommandResult, FileWrite, Transferred } from "../transports/ssh/types.ts";
import { Collector } from "./collector.ts";
import type { JobEnvironment } from "./environment.ts";
import { keepOutput, type Taken } from "./output.ts";
import type { JobStep } from "./types.ts";

/** A file is read up to here where the step names no bound, bytes. */
const MOST_READ = 8 * 1024 * 1024;

/** One step past the API under way. */
export interface InsideRun {
  readonly environment: JobEnvironment;
  readonly subject: string;
  /** Takes what came out. */
  readonly step: JobStep;
  /** Aborted when the job is cancelled. */
  readonly signal: AbortSignal;
}

/**
 * Runs a free command, or reads or writes a file, at its place; answers what later steps may refer to. Throws
 * ToolError, `task_failed` for a command that ended in any other way than well; what it wrote is with the step then too.
 */
export async function sendInside(over: ShellLine | FileLine, run: InsideRun): Promise<unknown> {
  if (over.by === "shell") return await runShell(over, run);
  return over.action === "read" ? await readFile(over, run) : await writeFile(over, run);
}

async function runShell(over: ShellLine, run: InsideRun): Promise<unknown> {
  const { place, argv, stdin, sudo, timeoutMs } = over;
  const { ssh, guests } = run.environment.cluster;
  const { signal } = run;
  // Without an account to go on from, `sudo` says only whether it is the login that runs it.
  const command = { argv, timeoutMs, signal, sudo, ...(stdin === undefined ? {} : { stdin }) };
  const result = await (place.kind === "node" ? ssh.run(place.node, command) : guests.run(place, command));
  const { exitCode, signal: killedBy, stdout, stderr } = result;
  run.step.output = {
    place: atPlace(place),
    ...(exitCode === undefined ? {} : { exitCode }),
    ...(killedBy === undefined ? {} : { signal: killedBy }),
    parts: await kept(over, run, [
      { name: "stdout", ...stdout },
      { name: "stderr", ...stderr },
    ]),
  };
  if (exitCode !== 0) throw endedBadly(over, result);
  return { exitCode, stdout: Buffer.from(stdout.bytes).toString() };
}

async function readFile({ place, path, maxBytes = MOST_READ }: FileLine, run: InsideRun): Promise<unknown> {
  const { ssh, guests } = run.environment.cluster;
  const sink = new Collector();
  const options = { sink, maxBytes, signal: run.signal };
  const { size, sha256 } = await (place.kind === "node"
    ? ssh.read(place.node, path, options)
    : guests.read(place, path, options));
  const taken: Taken = { name: "content", bytes: sink.bytes(), size, sha256 };
  run.step.output = { place: atPlace(place), parts: await kept({ place, path }, run, [taken]) };
  return { size, sha256 };
}

async function writeFile(over: FileLine, run: InsideRun): Promise<Transferred> {
  const { place, path, content, mode, expected } = over;
  const { cluster, uploads } = run.environment;
  if (content === undefined)
    throw new ToolError({ code: "invalid_plan", message: "There is nothing to write." });
  const opened = "text" in content ? undefined : await uploads.open(run.subject, content, run.signal);
  try {
    const write: FileWrite = {
      content: "text" in content ? Buffer.from(content.text) : Readable.from(opened?.read() ?? []),
      signal: run.signal,
      ...(mode === undefined ? {} : { mode }),
      ...(expected === undefined ? {} : { expected }),
    };
    return await (place.kind === "node"
      ? cluster.ssh.write(place.node, path, write)
      : cluster.guests.write(place, path, write));
  } finally {
    await opened?.close();
  }
}

/** Outputs that are empty are left out. */
async function kept(
  over: Pick<ShellLine, "place"> & { readonly path?: string },
  { environment, subject, step }: InsideRun,
  taken: readonly Taken[],
) {
  const { artifacts, redactor } = environment;
  return Promise.all(
    taken
      .filter(({ name, size }) => size > 0 || name === "content")
      .map((one) => {
        const what = one.name === "content" ? over.path : `${one.name} of ${step.id}`;
        const title = `${what} ${atPlace(over.place)}`;
        return keepOutput(one, { artifacts, redactor, subject, title });
      }),
  );
}

function endedBadly({ place, argv }: ShellLine, { exitCode, signal }: CommandResult): ToolError {
  const how =
    exitCode === undefined ? `was ended by the signal ${signal}` : `ended with exit code ${exitCode}`;
  const missing = exitCode === 127 || exitCode === 126;
  return new ToolError({
    code: "task_failed",
    message: `The command ${atPlace(place)} ${how}.`,
    next: missing
      ? `Check that ${argv[0]} exists there and can be run.`
      : "Read what it wrote; it may have done a part of its work.",
  });
}
