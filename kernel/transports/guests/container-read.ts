import { createHash } from "node:crypto";
import { once } from "node:events";
import type { Writable } from "node:stream";
import { ToolError } from "../../../sdk/errors.ts";
import type { GuestPlace } from "../../../sdk/steps.ts";
import { notAFile, tooLarge, UNSIZED_BYTES } from "../ssh/files.ts";
import type { Transferred } from "../ssh/types.ts";
import { fileWorkFailed, notInside, placeOf } from "./container-faults.ts";
import { type Inside, runScript, scriptArgv } from "./container-script.ts";
import { READ } from "./container-scripts.ts";

/** Where a file goes, and how much of it may. */
export interface ReadOptions {
  readonly sink: Writable;
  readonly maxBytes?: number;
  readonly signal?: AbortSignal;
}

/** Sends a file of a container into `sink` and ends it; what it has when it is opened, and no more. */
export async function readInside(
  inside: Inside,
  guest: GuestPlace,
  path: string,
  { sink, maxBytes, signal }: ReadOptions,
): Promise<Transferred> {
  const unsized = maxBytes ?? UNSIZED_BYTES;
  // One byte more than may be had of a file without a size tells that there is more.
  const args = [path, maxBytes === undefined ? "" : String(maxBytes), String(unsized + 1)];
  const hash = createHash("sha256");
  let size = 0;
  const take = async (_first: string, chunk: Uint8Array) => {
    size += chunk.length;
    if (maxBytes !== undefined && size > maxBytes) throw tooLarge(path, size, maxBytes);
    hash.update(chunk);
    if (sink.destroyed) throw new Error("the receiver of the file went away");
    if (!sink.write(chunk)) await once(sink, "drain", signal && { signal });
  };
  const command = { argv: scriptArgv(READ, args), ...(signal === undefined ? {} : { signal }) };
  const { first, result } = await runScript(inside, guest, command, take);
  if (first === "missing") throw notInside(guest, path);
  if (first === "directory" || first === "other") throw notAFile(path, first);
  const [, told] = /^file (\d+)$/.exec(first) ?? [];
  if (told === undefined || result.exitCode !== 0) throw fileWorkFailed(guest, path, result);
  const asOpened = Number(told);
  if (maxBytes !== undefined && asOpened > maxBytes) throw tooLarge(path, asOpened, maxBytes);
  if (asOpened === 0 && size > unsized) throw tooLarge(path, size, unsized);
  if (size < asOpened) throw cutShort(guest, path, asOpened, size);
  sink.end();
  if (!sink.writableFinished) await once(sink, "finish", signal && { signal });
  return { size, sha256: hash.digest("hex") };
}

/** Older `lxc-attach` ends well even where the program that it ran was killed. */
function cutShort(guest: GuestPlace, path: string, expected: number, size: number): ToolError {
  return new ToolError({
    code: "conflict",
    message: `${path} in ${placeOf(guest)} had ${expected} bytes when reading began, and only ${size} of them came.`,
    next: "Something may be writing to it. Read it again.",
    retry: true,
  });
}
