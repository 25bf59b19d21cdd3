import { isToolError, ToolError } from "../../../sdk/errors.ts";
import { Left } from "../leaving.ts";
import { ConnectionLost } from "./connection.ts";
import { lostMeanwhile } from "./faults.ts";
import type { NodeAddress } from "./known-hosts.ts";
import { isMissing } from "./sftp.ts";

/** SFTP's own code for a refusal. */
const PERMISSION_DENIED = 3;

/** What was being done with a file. */
export interface FileWork {
  readonly address: NodeAddress;
  readonly path: string;
  readonly isChange: boolean;
  /** Whether the connection is still there. */
  readonly isAlive: boolean;
}

/** What a failure at a file becomes. */
export function fileFault(error: unknown, { address, path, isChange, isAlive }: FileWork): ToolError {
  if (isToolError(error)) return error;
  const { node } = address;
  if (error instanceof Left || (error instanceof Error && error.name === "AbortError")) {
    return new ToolError({
      code: "cancelled",
      message: `The transfer of ${path} on ${node} was stopped before its end.${isChange ? " The old file is as it was." : ""}`,
      next: "Repeat it if it is still wanted.",
      retry: true,
    });
  }
  if (!isAlive || error instanceof ConnectionLost) return lost(path, address, isChange);
  if (isMissing(error)) {
    return new ToolError({
      code: "not_found",
      message: `${path} is not on ${node}, or the folder that it is in is not. Nothing was changed.`,
      next: "Check the path; links are followed only where a file is read or written.",
    });
  }
  if (error instanceof Error && "code" in error && error.code === PERMISSION_DENIED) {
    return new ToolError({
      code: "forbidden",
      message: `${node} does not let the login at ${path}. Nothing was changed.`,
      next: "The file system may be read-only, or its rules may be stricter than those of users.",
    });
  }
  return new ToolError({
    code: "upstream",
    message: `${path} on ${node}: ${error instanceof Error ? error.message : "unknown error"}.${isChange ? " The old file is as it was." : ""}`,
    next: "Look at free space and the kind of file system on the node.",
  });
}

function lost(path: string, address: NodeAddress, isChange: boolean): ToolError {
  if (isChange) return lostMeanwhile(address, `${path} was being changed`);
  return new ToolError({
    code: "unreachable",
    message: `The connection to ${address.node} was lost while ${path} was being read.`,
    next: "Read it again.",
    retry: true,
  });
}
