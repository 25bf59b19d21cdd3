import type { Writable } from "node:stream";
import type { GuestPlace } from "../../../sdk/steps.ts";
import type { CommandResult, FileWrite, NodeCommand, Transferred } from "../ssh/types.ts";

/**
 * Commands and files inside the guests of one cluster: in a VM by its agent over REST, in a container by
 * `pct` over SSH to its node. Which way is taken follows from the kind of guest and never changes. All methods throw
 * ToolError: `conflict`, `unreachable`, `unsupported` and `forbidden` where nothing was begun, `cancelled` where what
 * was begun has been stopped, and `outcome_unknown` where a command may have begun and its end was not seen.
 */
export interface GuestAccess {
  /** Runs to its end; an exit code other than 0 is a result like any other. Never begun twice. */
  run(guest: GuestPlace, command: NodeCommand): Promise<CommandResult>;
  /** Sends a regular file into `sink` and ends it; `not_found` without one, `unsupported` beyond `maxBytes`. */
  read(
    guest: GuestPlace,
    path: string,
    options: { sink: Writable; maxBytes?: number; signal?: AbortSignal },
  ): Promise<Transferred>;
  /**
   * Writes a file: beside the old one and renamed where the guest's system allows it. `conflict` where it is not as
   * `expected`; mode and owner as {@link FileWrite} says, where the system of the guest has them.
   */
  write(guest: GuestPlace, path: string, write: FileWrite): Promise<Transferred>;
}
