import { die } from "../../errors.ts";
import { windowsPath } from "../../system/windows.ts";
import type { LabCore, LabGuest } from "../../types.ts";
import { isWide } from "./exec.ts";
import { type Inside, insideOf } from "./inside.ts";
import { refusal } from "./simple.ts";

/** The API reads no more of a file at once. (qemu-server, PVE/API2/Qemu/Agent.pm) */
const MOST_READ = 16 * 1024 * 1024;

const WORDS = {
  ENOENT: "No such file or directory",
  EISDIR: "Is a directory",
  ENOTDIR: "Not a directory",
  EEXIST: "File exists",
} as const;

/** What the API answers of a file; `content` is bytes, one character each, or base64. */
export function readFile(
  lab: LabCore,
  guest: LabGuest,
  { path, offset, count, decode }: { path: string; offset: number; count: number; decode: boolean },
): unknown {
  const inside = insideOf(lab, guest);
  refuseAny(inside, guest, ["file-open", "file-read"]);
  const content = inside.system.files.get(placeOf(inside, path));
  if (content === undefined) {
    const why = inside.system.files.has(placeOf(inside, path)) ? WORDS.EISDIR : WORDS.ENOENT;
    throw die(`Agent error: failed to open file '${path}' (mode: 'r'): ${why}`);
  }
  const part = content.slice(offset, offset + Math.min(count, MOST_READ));
  return {
    content: decode ? part : Buffer.from(part, "latin1").toString("base64"),
    "bytes-read": part.length,
    ...(offset + part.length < content.length ? { truncated: 1 } : {}),
  };
}

/** Writes a file in place; `encode` where the content is not base64 already. */
export function writeFile(
  lab: LabCore,
  guest: LabGuest,
  { path, content, encode }: { path: string; content: string; encode: boolean },
): void {
  const inside = insideOf(lab, guest);
  if (encode && isWide(content))
    throw die("Wide character in subroutine entry at /usr/share/perl5/PVE/API2/Qemu/Agent.pm line 498.");
  refuseAny(inside, guest, ["file-open", "file-write"]);
  if (!encode && !/^[A-Za-z0-9+/\s]*={0,2}\s*$/.test(content))
    throw die("Agent error: Base64 data is not valid");
  const bytes = encode ? content : Buffer.from(content, "base64").toString("latin1");
  const fault = inside.system.files.set(placeOf(inside, path), bytes, 0o666);
  if (fault !== undefined)
    throw die(`Agent error: failed to open file '${path}' (mode: 'wb'): ${WORDS[fault]}`);
}

function placeOf({ isWindows }: Inside, path: string): string {
  return isWindows ? windowsPath(path) : path;
}

function refuseAny(inside: Inside, guest: LabGuest, commands: readonly string[]): void {
  for (const command of commands) {
    const refused = refusal(inside, guest, command);
    if (refused !== undefined) throw die(`Agent error: ${refused}`);
  }
}
