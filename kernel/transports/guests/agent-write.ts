import { createHash, randomBytes } from "node:crypto";
import { setTimeout as delay } from "node:timers/promises";
import { isToolError, ToolError } from "../../../sdk/errors.ts";
import { notAsExpected } from "../ssh/replace-file.ts";
import type { FileWrite, Transferred } from "../ssh/types.ts";
import { brokenOff, damaged, maybePlaced, unfit } from "./agent-file-faults.ts";
import type { FileProgram } from "./agent-file-programs.ts";
import { blocksOf } from "./agent-input.ts";
import { LONGEST_FILE } from "./agent-read.ts";
import type { AgentSession, Said } from "./agent-session.ts";

/** As base64 it fits, with the program that takes it, into a request of every release. */
const WRITE_BLOCK = 45_000;

/** How often to look whether a file is in place whose placing was not answered, and how long between, milliseconds. */
const LOOKS = 5;
const LOOK_EVERY_MS = 500;

/** A file that was kept beside its target. */
interface Kept extends Transferred {
  readonly target: string;
  readonly name: string;
}

/** Writes block by block into a file beside the old one, and puts it in its place once its digest is right. */
export async function writeInVm(
  session: AgentSession,
  path: string,
  write: FileWrite,
  signal: AbortSignal,
): Promise<Transferred> {
  const kept = await keep(session, path, write, signal);
  await place(session, path, kept, write);
  return { size: kept.size, sha256: kept.sha256 };
}

async function keep(
  session: AgentSession,
  path: string,
  { content }: FileWrite,
  signal: AbortSignal,
): Promise<Kept> {
  const name = `.${randomBytes(12).toString("hex")}.new`;
  const { programs } = session;
  let target = path;
  try {
    const begun = await step(session, path, programs.begin(path, name), signal);
    target = begun.content.toString();
    const hash = createHash("sha256");
    let size = 0;
    for await (const block of blocksOf(content, WRITE_BLOCK)) {
      signal.throwIfAborted();
      hash.update(block);
      size += block.length;
      if (size > LONGEST_FILE) throw tooLong(path);
      await step(session, path, programs.append(target, name, block), signal);
    }
    signal.throwIfAborted();
    return { target, name, size, sha256: hash.digest("hex") };
  } catch (error) {
    // Where this fails too, a file stays beside the old one, which is whole in any case.
    await session.run(programs.forget(target, name)).catch(() => undefined);
    throw signal.aborted ? stopped(session, path) : brokenOff(error, session.place, path, true);
  }
}

async function step(
  session: AgentSession,
  path: string,
  program: FileProgram,
  signal: AbortSignal,
): Promise<Said> {
  const said = await session.run(program, signal);
  const fault = unfit(session.place, path, said);
  if (fault !== undefined) throw fault;
  return said;
}

/** Nothing stops it: what is cancelled now would leave open whether the file was replaced. */
async function place(session: AgentSession, path: string, kept: Kept, write: FileWrite): Promise<void> {
  const { expected = "", mode, owner } = write;
  const { programs } = session;
  try {
    const program = programs.place({ ...kept, expected: expected.toLowerCase(), mode, owner });
    const said = await session.run(program);
    const fault = unfit(session.place, path, said);
    if (fault !== undefined) throw fault;
    if (said.first === "written") return;
    if (said.first === "damaged") throw damaged(session.place, path);
    const [, found] = /^changed (\w+)$/.exec(said.first) ?? [];
    throw found === undefined ? maybePlaced(session.place, path, kept.sha256) : notAsExpected(path, found);
  } catch (error) {
    const isOpen = isToolError(error) && ["outcome_unknown", "cancelled"].includes(error.code);
    if (!isOpen) {
      await session.run(programs.forget(kept.target, kept.name)).catch(() => undefined);
      throw error;
    }
    if (!(await isInPlace(session, kept))) throw maybePlaced(session.place, path, kept.sha256);
  }
}

/** The answer was lost, but what is there tells: the new file where the old was, and nothing beside it any more. */
async function isInPlace(session: AgentSession, { target, name, sha256 }: Kept): Promise<boolean> {
  for (let look = 0; look < LOOKS; look += 1) {
    if (look > 0) await delay(LOOK_EVERY_MS);
    const said = await session.run(session.programs.placed(target, name)).catch(() => undefined);
    if (said !== undefined && said.first !== "pending") return said.first === sha256;
  }
  return false;
}

function tooLong(path: string): ToolError {
  return new ToolError({
    code: "unsupported",
    message: `The content for ${path} has more than the ${LONGEST_FILE} bytes that go through a guest agent. The old file is as it was.`,
    next: "Let the guest fetch it over the network.",
  });
}

function stopped({ place: { vmid } }: AgentSession, path: string): ToolError {
  return new ToolError({
    code: "cancelled",
    message: `Writing ${path} in VM ${vmid} was stopped before its end. The old file is as it was.`,
    next: "Repeat it if it is still wanted.",
    retry: true,
  });
}
