import { createHash, randomBytes } from "node:crypto";
import { posix } from "node:path";
import { Readable } from "node:stream";
import { isToolError, ToolError } from "../../../sdk/errors.ts";
import type { GuestPlace } from "../../../sdk/steps.ts";
import { notAFile } from "../ssh/files.ts";
import { notAsExpected } from "../ssh/replace-file.ts";
import type { FileWrite, Transferred } from "../ssh/types.ts";
import { fileWorkFailed, notInside, placeOf } from "./container-faults.ts";
import { FILE_TIMEOUT_MS, type Inside, runScript, scriptArgv } from "./container-script.ts";
import { COMMIT, STAGE } from "./container-scripts.ts";

/** A file that was kept beside its target. */
interface Staged extends Transferred {
  readonly target: string;
  readonly name: string;
}

/** Writes beside the file and renames, in two steps: a connection that drops looks like the end of the content. */
export async function writeInside(
  inside: Inside,
  guest: GuestPlace,
  path: string,
  write: FileWrite,
): Promise<Transferred> {
  const staged = await stage(inside, guest, path, write);
  try {
    write.signal?.throwIfAborted();
    await commit(inside, guest, path, { staged, write });
  } catch (error) {
    const isOpen = isToolError(error) && error.code === "outcome_unknown";
    if (!isOpen) await forget(inside, guest, staged);
    throw isToolError(error) ? error : stopped(guest, path);
  }
  return { size: staged.size, sha256: staged.sha256 };
}

async function stage(inside: Inside, guest: GuestPlace, path: string, write: FileWrite): Promise<Staged> {
  const name = `.${randomBytes(12).toString("hex")}.new`;
  const source = new Counted(write.content);
  let target = "";
  const { first, result } = await runScript(
    inside,
    guest,
    {
      argv: scriptArgv(STAGE, [path, name]),
      stdin: Readable.from(source.chunks()),
      ...(write.signal === undefined ? {} : { signal: write.signal }),
    },
    (_first, chunk) => {
      target += Buffer.from(chunk).toString("latin1");
    },
  );
  if (first === "missing") throw notInside(guest, path);
  if (first === "directory" || first === "other") throw notAFile(path, first);
  if (first !== "kept" || result.exitCode !== 0) throw fileWorkFailed(guest, path, result);
  return { ...source.transferred(), target: Buffer.from(target, "latin1").toString(), name };
}

/** Nothing stops it: what is cancelled now would leave open whether the file was replaced. */
async function commit(
  inside: Inside,
  guest: GuestPlace,
  path: string,
  { staged, write }: { staged: Staged; write: FileWrite },
): Promise<void> {
  const { expected = "", mode, owner } = write;
  const args = [
    staged.target,
    staged.name,
    staged.sha256,
    expected.toLowerCase(),
    mode === undefined ? "" : mode.toString(8),
    owner === undefined ? "" : `${owner.uid}:${owner.gid}`,
  ];
  const { first, result } = await runScript(
    inside,
    guest,
    { argv: scriptArgv(COMMIT, args) },
    () => undefined,
  );
  if (first === "written" && result.exitCode === 0) return;
  if (first === "damaged") throw damaged(guest, path);
  const [, found] = /^changed (\w+)$/.exec(first) ?? [];
  throw found === undefined ? fileWorkFailed(guest, path, result) : notAsExpected(path, found);
}

async function forget(inside: Inside, guest: GuestPlace, { target, name }: Staged): Promise<void> {
  const argv = ["rm", "-f", "--", posix.join(posix.dirname(target), name)];
  // Where this fails too, the file that was kept stays beside; what happened before matters more.
  await inside.run(guest, { argv, timeoutMs: FILE_TIMEOUT_MS }).catch(() => undefined);
}

/** Counts and digests content while it is read. */
class Counted {
  readonly #content: FileWrite["content"];
  readonly #hash = createHash("sha256");
  #size = 0;

  constructor(content: FileWrite["content"]) {
    this.#content = content;
  }

  async *chunks(): AsyncGenerator<Uint8Array> {
    const content = this.#content instanceof Uint8Array ? [this.#content] : this.#content;
    for await (const chunk of content) {
      const bytes: Uint8Array = typeof chunk === "string" ? Buffer.from(chunk) : chunk;
      this.#hash.update(bytes);
      this.#size += bytes.length;
      if (bytes.length > 0) yield bytes;
    }
  }

  transferred(): Transferred {
    return { size: this.#size, sha256: this.#hash.digest("hex") };
  }
}

function damaged(guest: GuestPlace, path: string): ToolError {
  return new ToolError({
    code: "upstream",
    message: `What arrived in ${placeOf(guest)} is not what was sent. ${path} is as it was.`,
    next: "Look at free space in the container, then write it again.",
    retry: true,
  });
}

function stopped(guest: GuestPlace, path: string): ToolError {
  return new ToolError({
    code: "cancelled",
    message: `Writing ${path} in ${placeOf(guest)} was cancelled. The file is as it was.`,
  });
}
