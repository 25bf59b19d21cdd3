import type { Writable } from "node:stream";
import { isToolError, ToolError } from "../../../sdk/errors.ts";
import type { GuestPlace } from "../../../sdk/steps.ts";
import { Preamble, withPreamble } from "../ssh/preamble.ts";
import type {
  CapturedOutput,
  CommandResult,
  FileWrite,
  NodeAccess,
  NodeCommand,
  Transferred,
} from "../ssh/types.ts";
import { notBegunInside, placeOf } from "./container-faults.ts";
import { readInside } from "./container-read.ts";
import { writeInside } from "./container-write.ts";
import type { GuestAccess } from "./types.ts";

/** How long ending a process inside may take, milliseconds. */
const END_TIMEOUT_MS = 10_000;

/**
 * Commands and files in containers by `pct exec` on their node, as the container's own root.
 *
 * What `pct exec` begins stays in its process group on the node, so that stopping the one ends the other too. Whether
 * it was begun is told from inside: exit codes of `pct` itself and of the command cannot be told apart.
 *
 * Files go through `pct exec` as well, not by `pct pull` and `pct push`: these hold the container's lock for as long
 * as they copy, need room for the whole file on the node, and end well where the copy broke off.
 */
export class ContainerRoute implements GuestAccess {
  readonly #ssh: NodeAccess;

  constructor(ssh: NodeAccess) {
    this.#ssh = ssh;
  }

  async run(guest: GuestPlace, command: NodeCommand): Promise<CommandResult> {
    const { mark, argv } = withPreamble(command.argv);
    const preamble = new Preamble(mark);
    try {
      const result = await this.#ssh.run(guest.node, {
        ...command,
        sudo: true,
        argv: ["pct", "exec", String(guest.vmid), "--", ...argv],
        onOutput: (chunk, from) => {
          const output = from === "stdout" ? preamble.strip(asBuffer(chunk)) : chunk;
          return output.length === 0 ? undefined : command.onOutput?.(output, from);
        },
      });
      if (preamble.group === undefined) throw notBegunInside(guest, result);
      return { ...result, stdout: withoutPreamble(mark, result.stdout) };
    } catch (error) {
      if (!isToolError(error)) throw error;
      const pid = preamble.group;
      const isLeft = error.code === "outcome_unknown" && error.details?.group !== undefined;
      const isEnded = isLeft && pid !== undefined && (await this.#endInside(guest, pid));
      throw aboutGuest(isEnded ? endedInside(guest, error) : error, guest, mark);
    }
  }

  /** Ends a process by its id in the container: what left the group on the node, or may not be signalled there. */
  async #endInside({ node, vmid }: GuestPlace, pid: number): Promise<boolean> {
    const argv = ["pct", "exec", String(vmid), "--", "kill", "-s", "KILL", String(pid)];
    const ended = this.#ssh.run(node, { argv, timeoutMs: END_TIMEOUT_MS });
    return await ended.then(
      ({ exitCode }) => exitCode === 0,
      () => false,
    );
  }

  async read(
    guest: GuestPlace,
    path: string,
    options: { sink: Writable; maxBytes?: number; signal?: AbortSignal },
  ): Promise<Transferred> {
    return await readInside(this, guest, path, options);
  }

  async write(guest: GuestPlace, path: string, write: FileWrite): Promise<Transferred> {
    return await writeInside(this, guest, path, write);
  }
}

function endedInside(guest: GuestPlace, { details }: ToolError): ToolError {
  return new ToolError({
    code: "outcome_unknown",
    message: `The command in ${placeOf(guest)} was given up. Its own process was killed inside; what that had started may still run.`,
    next: `Look in ${placeOf(guest)} for what still runs.`,
    ...(details === undefined ? {} : { details }),
  });
}

function asBuffer(chunk: Uint8Array): Buffer {
  return Buffer.from(chunk.buffer, chunk.byteOffset, chunk.length);
}

function withoutPreamble(mark: string, { bytes, size }: CapturedOutput): CapturedOutput {
  const rest = new Preamble(mark).strip(asBuffer(bytes));
  return { bytes: rest, size: size - (bytes.length - rest.length) };
}

/** An error of the node's command says which container it was about, and shows none of our own words. */
function aboutGuest(error: ToolError, { vmid }: GuestPlace, mark: string): ToolError {
  const { code, message, next, retry, details } = error;
  if (details === undefined) return error;
  const { stdout } = details;
  const shown =
    typeof stdout === "string" ? { stdout: new Preamble(mark).strip(Buffer.from(stdout)).toString() } : {};
  return new ToolError(
    {
      code,
      message,
      retry,
      details: { ...details, vmid, ...shown },
      ...(next === undefined ? {} : { next }),
    },
    { cause: error },
  );
}
