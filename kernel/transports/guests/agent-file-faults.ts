import { isToolError, ToolError } from "../../../sdk/errors.ts";
import type { GuestPlace } from "../../../sdk/places.ts";
import { notAFile } from "../ssh/files.ts";
import type { Said } from "./agent-session.ts";

/** So much of an error output is shown. */
const SHOWN = 1_000;

/** What can be said of a file before its content counts; undefined where it is as it should be. */
export function unfit(place: GuestPlace, path: string, { first, result }: Said): ToolError | undefined {
  if (result.exitCode === 0) {
    if (first === "missing") return notThere(place, path);
    return first === "directory" || first === "other" ? notAFile(path, first) : undefined;
  }
  return programFailed(
    place,
    path,
    result.exitCode,
    Buffer.from(result.stderr.bytes).toString("utf8", 0, SHOWN).trim(),
  );
}

function notThere({ vmid }: GuestPlace, path: string): ToolError {
  return new ToolError({
    code: "not_found",
    message: `${path} is not in VM ${vmid}, or the folder that it is in is not. Nothing was changed.`,
    next: "Check the path.",
  });
}

function programFailed(
  { vmid }: GuestPlace,
  path: string,
  code: number | undefined,
  text: string,
): ToolError {
  if (code === 127 || /: not found$/m.test(text)) {
    return new ToolError({
      code: "unsupported",
      message: `VM ${vmid} lacks a program that files take there: ${text}. The file is as it was.`,
      next: "It takes sh, stat, head, dd, base64, tr, sha256sum, chmod, chown, mv and rm, which coreutils and busybox have.",
    });
  }
  if (/permission denied|read-only file system|not permitted|access to the path .* is denied/i.test(text)) {
    return new ToolError({
      code: "forbidden",
      message: `VM ${vmid} does not let its agent at ${path}: ${text}. The file is as it was.`,
      next: "The file system may be read-only, or the guest's own rules (SELinux, AppArmor) may confine its agent.",
    });
  }
  return new ToolError({
    code: "upstream",
    message: `${path} in VM ${vmid}: ${text === "" ? `a program ended with ${code ?? "a signal"}` : text}. The file is as it was.`,
    next: "Look at free space and the kind of file system in the guest.",
  });
}

/** The error for a file that somebody writes to while it is read. */
export function changedMeanwhile({ vmid }: GuestPlace, path: string): ToolError {
  return new ToolError({
    code: "conflict",
    message: `${path} in VM ${vmid} changed while it was read.`,
    next: "Something writes to it. Read it again, or take a part of it by a command.",
    retry: true,
  });
}

/**
 * What becomes of an error while a file is transferred: the target was not touched yet, so nothing about it is in
 * doubt, whatever became of the program that was under way.
 */
export function brokenOff(error: unknown, { vmid }: GuestPlace, path: string, isWrite: boolean): unknown {
  if (!isToolError(error)) return error;
  const old = isWrite ? " The old file is as it was." : "";
  if (error.code === "cancelled") {
    return new ToolError({
      code: "cancelled",
      message: `The transfer of ${path} in VM ${vmid} was stopped before its end.${old}`,
      next: "Repeat it if it is still wanted.",
      retry: true,
    });
  }
  if (error.code !== "outcome_unknown") return error;
  return new ToolError({
    code: "unreachable",
    message: `The transfer of ${path} in VM ${vmid} broke off: ${error.message}${old}`,
    next: "Repeat it.",
    retry: true,
  });
}

/** What arrived is not what was sent. */
export function damaged({ vmid }: GuestPlace, path: string): ToolError {
  return new ToolError({
    code: "upstream",
    message: `What arrived in VM ${vmid} is not what was sent. ${path} is as it was.`,
    next: "Look at free space in the guest, then write it again.",
    retry: true,
  });
}

/** Whether the new file took the place of the old one was not seen. */
export function maybePlaced({ vmid }: GuestPlace, path: string, sha256: string): ToolError {
  return new ToolError({
    code: "outcome_unknown",
    message: `${path} in VM ${vmid} was about to be replaced, and whether it was has not been seen. It is the old or the new file, whole.`,
    next: `Read it: the new one has the SHA-256 ${sha256}.`,
    details: { sha256 },
  });
}
