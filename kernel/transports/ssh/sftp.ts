import type { Client, ClientChannel, SFTPWrapper, Stats } from "ssh2";
import { ToolError } from "../../../sdk/errors.ts";
import { execute } from "./command.ts";
import { quoteArguments } from "./quote.ts";
import type { FileStatus } from "./types.ts";

/** Where Debian, and so Proxmox VE, has it. */
export const SFTP_SERVER = "/usr/lib/openssh/sftp-server";

/** An SFTP session; as the login itself, or by `sudo` where that is not root. */
export async function openSftp(client: Client, sudo: readonly string[]): Promise<SFTPWrapper> {
  const sftp =
    sudo.length === 0
      ? await callback<SFTPWrapper>((done) => client.sftp(done))
      : await overCommand(client, sudo);
  // Requests under way are told of a failure each; the session must not throw it besides.
  sftp.on("error", () => undefined);
  return sftp;
}

/** What ssh2 has inside and has no types for; its version is pinned exactly. */
interface ClientInside {
  readonly _chanMgr: { update(id: number, channel: unknown): void };
}
interface ChannelInside {
  readonly incoming: { readonly id: number };
  readonly outgoing: unknown;
}

/** ssh2 speaks SFTP only to the subsystem; its own class for that takes over the channel of a command. */
async function overCommand(client: Client, sudo: readonly string[]): Promise<SFTPWrapper> {
  const { Sftp } = await import("./library.ts");
  const line = quoteArguments([...sudo, SFTP_SERVER]);
  return await execute(client, line, (channel) => takeOver(client, channel, Sftp));
}

function takeOver(
  client: Client,
  channel: ClientChannel,
  Sftp: typeof import("./library.ts").Sftp,
): Promise<SFTPWrapper> {
  // The two casts name fields that every client and channel of this version of ssh2 has.
  const { incoming, outgoing } = channel as unknown as ChannelInside;
  const sftp = new Sftp(client, { type: "sftp", incoming, outgoing });
  (client as unknown as ClientInside)._chanMgr.update(incoming.id, sftp);
  return new Promise((resolve, reject) => {
    sftp.once("ready", () => resolve(sftp));
    sftp.on("error", reject);
    sftp.once("close", () => reject(noServer()));
    sftp._init();
  });
}

function noServer(): ToolError {
  return new ToolError({
    code: "forbidden",
    message: `Files are out of reach: sudo does not let the login run ${SFTP_SERVER}, or it is not there. Nothing was changed.`,
    next: "The operator has to allow it in sudoers, as docs/escape-hatches.md shows, or to use a login that is root.",
  });
}

/** Removes a file. */
export async function removeFile(sftp: SFTPWrapper, path: string): Promise<void> {
  await callback<void>((done) => sftp.unlink(path, (error) => done(error, undefined)));
}

/** A call of ssh2 as a promise. */
export function callback<T>(
  call: (done: (error: Error | null | undefined, value: T) => void) => void,
): Promise<T> {
  return new Promise((resolve, reject) => {
    call((error, value) => (error ? reject(error) : resolve(value)));
  });
}

/** Type and permission bits of a mode. */
export const TYPE_BITS = 0o170000;
export const PERMISSION_BITS = 0o7777;

const KINDS = new Map<number, FileStatus["kind"]>([
  [0o100000, "file"],
  [0o040000, "directory"],
  [0o120000, "link"],
]);

/** What the SFTP server says of a file. */
export function toStatus({ mode, size, uid, gid, mtime }: Stats): FileStatus {
  const kind = KINDS.get(mode & TYPE_BITS) ?? "other";
  return { kind, size, mode: mode & PERMISSION_BITS, uid, gid, modifiedAt: mtime };
}

/** SFTP's own code for what is not there. */
const NO_SUCH_FILE = 2;

/** True for the error of a file that is not there. */
export function isMissing(error: unknown): boolean {
  return error instanceof Error && "code" in error && error.code === NO_SUCH_FILE;
}
