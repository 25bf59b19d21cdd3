import { Readable, Writable } from "node:stream";
import { isToolError, ToolError } from "../../sdk/errors.ts";
import { atPlace, type Place } from "../../sdk/places.ts";
import type { FileLine, ShellLine } from "../../sdk/steps.ts";
import { givenScript } from "../plans/node-steps/scripts.ts";
import type { BegunProcess, CommandResult, FileWrite, OutputStream } from "../transports/ssh/types.ts";
import type { JobEnvironment } from "./environment.ts";
import { OutputKeeper } from "./output.ts";
import type { JobStep, OutputPart } from "./types.ts";

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
  /** Writes the job down. */
  readonly save: () => Promise<void>;
}

/**
 * Runs a free command, or reads or writes a file, at its place; answers what later steps may refer to. Throws
 * ToolError, `task_failed` for a command that ended in any other way than well; what it wrote is with the step in any
 * case.
 */
export async function sendInside(over: ShellLine | FileLine, run: InsideRun): Promise<unknown> {
  if (over.by === "shell") return await runShell(over, run);
  switch (over.action) {
    case "read":
      return await readFile(over, run);
    case "write":
      return await writeFile(over, run);
    case "remove":
      return await removeFile(over, run);
  }
}

async function runShell(over: ShellLine, run: InsideRun): Promise<unknown> {
  const { place } = over;
  const outputs = {
    stdout: keeperOf("stdout", `stdout of ${run.step.id} ${atPlace(place)}`, run),
    stderr: keeperOf("stderr", `stderr of ${run.step.id} ${atPlace(place)}`, run),
  };
  let end: Pick<CommandResult, "exitCode" | "signal"> = {};
  let result: CommandResult | undefined;
  try {
    result = await send(over, run, (chunk, from) => outputs[from].write(chunk));
    end = endOf(result);
    if (result.exitCode !== 0) throw endedBadly(over, result);
    return { exitCode: 0, stdout: Buffer.from(result.stdout.bytes).toString() };
  } catch (error) {
    await takeRest(error, outputs);
    throw error;
  } finally {
    run.step.output = { place: atPlace(place), ...end, parts: await finished(outputs, result) };
  }
}

/** A way that tells output only at the end tells what a stopped command wrote with the error. */
async function takeRest(
  error: unknown,
  outputs: Readonly<Record<OutputStream, OutputKeeper>>,
): Promise<void> {
  if (!isToolError(error)) return;
  for (const [name, keeper] of Object.entries(outputs)) {
    const rest = error.details?.[name];
    if (keeper.size === 0 && typeof rest === "string") await keeper.write(Buffer.from(rest));
  }
}

async function send(
  { place, argv, stdin, sudo, timeoutMs }: ShellLine,
  { environment, signal, step, save }: InsideRun,
  onOutput: (chunk: Uint8Array, from: OutputStream) => Promise<void>,
): Promise<CommandResult> {
  const { ssh, guests } = environment.cluster;
  // Without an account to go on from, `sudo` says only whether it is the login that runs it.
  const onBegun = (process: BegunProcess) => {
    if (step.sent === undefined) return;
    step.sent = { ...step.sent, inside: underWay(place, process) };
    void save();
  };
  const command = {
    argv,
    timeoutMs,
    signal,
    sudo,
    onOutput,
    onBegun,
    ...(stdin === undefined ? {} : { stdin }),
  };
  return await (place.kind === "node" ? ssh.run(place.node, command) : guests.run(place, command));
}

function endOf({ exitCode, signal }: CommandResult): Pick<CommandResult, "exitCode" | "signal"> {
  return { ...(exitCode === undefined ? {} : { exitCode }), ...(signal === undefined ? {} : { signal }) };
}

/** What to say of a step whose end nobody saw. */
export function underWay(place: Place, process?: BegunProcess): string {
  const which = process === undefined ? "" : `, as ${PROCESS[process.kind]} ${process.id}`;
  return `it may still be under way ${atPlace(place)}${which}`;
}

const PROCESS = { process: "process", group: "process group" } as const;

/** Outputs that are empty are left out. */
async function finished(
  outputs: Readonly<Record<OutputStream, OutputKeeper>>,
  result: CommandResult | undefined,
): Promise<readonly OutputPart[]> {
  const streams = (["stdout", "stderr"] as const).filter((name) => outputs[name].size > 0);
  return await Promise.all(
    streams.map((name) => outputs[name].finish(result?.[name].truncated ? { truncated: true } : {})),
  );
}

async function readFile({ place, path, maxBytes = MOST_READ }: FileLine, run: InsideRun): Promise<unknown> {
  const { ssh, guests } = run.environment.cluster;
  const keeper = keeperOf("content", `${path} ${atPlace(place)}`, run);
  const sink = new Writable({
    write: (chunk: Buffer, _encoding, done) => void keeper.write(chunk).then(() => done(), done),
  });
  const options = { sink, maxBytes, signal: run.signal };
  try {
    const { size, sha256 } = await (place.kind === "node"
      ? ssh.read(place.node, path, options)
      : guests.read(place, path, options));
    run.step.output = { place: atPlace(place), parts: [await keeper.finish({ sha256 })] };
    return { size, sha256 };
  } catch (error) {
    await keeper.discard();
    throw error;
  }
}

function keeperOf(
  name: OutputPart["name"],
  title: string,
  { environment, subject }: InsideRun,
): OutputKeeper {
  const { artifacts, redactor } = environment;
  return new OutputKeeper({ artifacts, redactor, subject, name, title });
}

/** A file that is not as expected stays. Nobody can hold it fast between the look and the removal. */
async function removeFile({ place, path, snippet, expected }: FileLine, run: InsideRun): Promise<unknown> {
  const { ssh } = run.environment.cluster;
  if (place.kind !== "node")
    throw new ToolError({ code: "invalid_plan", message: "Files in guests are not removed." });
  if (expected !== undefined) {
    const sink = new Writable({ write: (_chunk, _encoding, done) => done() });
    const { sha256 } = await ssh.read(place.node, path, { sink, maxBytes: MOST_READ, signal: run.signal });
    if (sha256 !== expected) throw changed(path, place, sha256);
  }
  await ssh.remove(place.node, path, run.signal);
  return { ...(snippet === undefined ? {} : { volid: snippet }), path };
}

function changed(path: string, place: Place, sha256: string): ToolError {
  return new ToolError({
    code: "conflict",
    message: `${path} ${atPlace(place)} is not as expected: its SHA-256 is ${sha256}. It was left alone.`,
    next: "Read it again before anything else.",
  });
}

async function writeFile(over: FileLine, run: InsideRun): Promise<unknown> {
  const { place, path, content, mode, expected, snippet } = over;
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
    const { size, sha256 } = await (place.kind === "node"
      ? cluster.ssh.write(place.node, path, write)
      : cluster.guests.write(place, path, write));
    return { ...(snippet === undefined ? {} : { volid: snippet, path }), size, sha256 };
  } finally {
    await opened?.close();
  }
}

function endedBadly({ place, argv }: ShellLine, { exitCode, signal }: CommandResult): ToolError {
  const how =
    exitCode === undefined ? `was ended by the signal ${signal}` : `ended with exit code ${exitCode}`;
  // Of a script it can be any program in it.
  const missing = (exitCode === 127 || exitCode === 126) && givenScript(argv) === undefined;
  return new ToolError({
    code: "task_failed",
    message: `The command ${atPlace(place)} ${how}.`,
    next: missing
      ? `Check that ${argv[0]} exists there and can be run.`
      : "Read what it wrote; it may have done a part of its work.",
  });
}
