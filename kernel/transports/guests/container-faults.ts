import { ToolError, type ToolErrorParts } from "../../../sdk/errors.ts";
import type { GuestPlace } from "../../../sdk/steps.ts";
import type { CommandResult } from "../ssh/types.ts";

/** So much of an error output is shown. */
const SHOWN = 2_000;

type Fault = Pick<ToolErrorParts, "code" | "message" | "next" | "retry">;

/** What `pct` and `lxc-attach` say where they begin nothing, in all releases. */
const KNOWN: readonly { readonly said: RegExp; readonly fault: (place: string, node: string) => Fault }[] = [
  {
    said: /not running|Failed to get init pid/i,
    fault: (place) => ({
      code: "conflict",
      message: `${place} is stopped. Nothing was run in it.`,
      next: "Start it, then repeat this.",
    }),
  },
  {
    said: /Configuration file .* does not exist/,
    fault: (place, node) => ({
      code: "not_found",
      message: `${place} is not on ${node}. Nothing was run in it.`,
      next: "It may have been moved to another node meanwhile; repeat this, and look it up where that fails again.",
      retry: true,
    }),
  },
  {
    said: /can't lock file|CT is locked/,
    fault: (place) => ({
      code: "conflict",
      message: `${place} is locked by something else that runs on it. Nothing was run in it.`,
      next: "Wait until that has ended, then repeat this.",
      retry: true,
    }),
  },
  {
    said: /Failed to exec|failed to execute|No such file or directory/,
    fault: (place) => ({
      code: "unsupported",
      message: `${place} has no program sh, which this takes. Nothing was run in it.`,
      next: "The command line of the node can still start other programs in it: `pct exec`.",
    }),
  },
  {
    said: /sudo:|not allowed to (?:execute|run)/,
    fault: (_place, node) => ({
      code: "forbidden",
      message: `sudo does not let the login on ${node} run pct. Nothing was run.`,
      next: "The operator has to allow it in sudoers, as docs/escape-hatches.md shows, or to use a login that is root.",
    }),
  },
  {
    said: /not found/,
    fault: (_place, node) => ({
      code: "unsupported",
      message: `${node} has no program pct. Nothing was run.`,
      next: "Check that the node is one of Proxmox VE.",
    }),
  },
];

/** The error for a command of which nothing was begun in the container. */
export function notBegunInside(guest: GuestPlace, result: CommandResult): ToolError {
  const text = Buffer.from(result.stderr.bytes).toString("utf8", 0, SHOWN).trim();
  const place = placeOf(guest);
  const known = KNOWN.find(({ said }) => said.test(text));
  if (known !== undefined) return new ToolError(known.fault(place, guest.node));
  return new ToolError({
    code: "upstream",
    message: `pct on ${guest.node} began nothing in ${place} (${howEnded(result)})${text === "" ? "." : `: ${text}`}`,
    next: "Look at the state of the container and at the node's log.",
  });
}

/** The error for a program in the container that a file needs and that did not do its part. */
export function fileWorkFailed(guest: GuestPlace, path: string, result: CommandResult): ToolError {
  const text = Buffer.from(result.stderr.bytes).toString("utf8", 0, SHOWN).trim();
  const place = placeOf(guest);
  if (result.exitCode === 127 || /: not found$/m.test(text)) {
    return new ToolError({
      code: "unsupported",
      message: `${place} lacks a program that files take there: ${text}. The file is as it was.`,
      next: "It takes sh, stat, head, cat, sha256sum, chmod, chown, mv and rm, which coreutils and busybox have.",
    });
  }
  if (/permission denied|read-only file system|not permitted/i.test(text)) {
    return new ToolError({
      code: "forbidden",
      message: `${place} does not let its root at ${path}: ${text}. The file is as it was.`,
      next: "It may be mounted read-only, or belong to nobody whom the container knows.",
    });
  }
  return new ToolError({
    code: "upstream",
    message: `${path} in ${place}: ${text === "" ? howEnded(result) : text}. The file is as it was.`,
    next: "Look at free space in the container.",
  });
}

/** The error for a path at which there is nothing. */
export function notInside(guest: GuestPlace, path: string): ToolError {
  return new ToolError({
    code: "not_found",
    message: `${path} is not in ${placeOf(guest)}, or the folder that it is in is not. Nothing was changed.`,
    next: "Check the path.",
  });
}

/** A guest as messages name it. */
export function placeOf({ vmid }: GuestPlace): string {
  return `container ${vmid}`;
}

function howEnded({ exitCode, signal }: CommandResult): string {
  return signal === undefined ? `exit code ${exitCode}` : `ended by the signal ${signal}`;
}
