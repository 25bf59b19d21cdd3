import type { Writable } from "node:stream";
import type { Client, SFTPWrapper } from "ssh2";
import { isToolError } from "../../../sdk/errors.ts";
import type { SshSettings } from "../../settings/types.ts";
import { leaving } from "../leaving.ts";
import { runCommand } from "./command.ts";
import { ConnectionLost, NodeConnection } from "./connection.ts";
import { sshIsOff } from "./faults.ts";
import { fileFault } from "./file-faults.ts";
import { listFolder, lookAt, readFile } from "./files.ts";
import type { NodeAddress } from "./known-hosts.ts";
import { naming } from "./naming.ts";
import { replaceFile } from "./replace-file.ts";
import { openSftp, removeFile } from "./sftp.ts";
import type { CommandResult, FileStatus, FileWrite, NodeAccess, NodeCommand, Transferred } from "./types.ts";

/** A file may take long, but not for ever. */
const FILE_TIMEOUT_MS = 3_600_000;

/** What a {@link SshTransport} needs. */
export interface SshParts {
  /** Undefined where SSH is not set up. */
  readonly settings: SshSettings | undefined;
  /** How the variables of the cluster begin, for messages. */
  readonly prefix: string;
  readonly connectTimeoutMs: number;
  /** Where a node of the cluster is reached. */
  readonly addressOf: (node: string, signal?: AbortSignal) => Promise<NodeAddress>;
}

interface FileCall {
  readonly node: string;
  readonly path: string;
  readonly signal: AbortSignal | undefined;
  readonly isChange?: boolean;
}

/** Commands and files on nodes by SSH: one connection a node. */
export class SshTransport implements NodeAccess {
  readonly #parts: SshParts;
  readonly #connections = new Map<string, NodeConnection>();

  constructor(parts: SshParts) {
    this.#parts = parts;
  }

  async run(node: string, command: NodeCommand): Promise<CommandResult> {
    return await this.#named(async () => {
      const connection = await this.#connection(node, command.signal);
      return await runCommand(connection, command, command.sudo === false ? [] : this.#sudo);
    });
  }

  async status(node: string, path: string, signal?: AbortSignal): Promise<FileStatus | undefined> {
    return await this.#withSftp({ node, path, signal }, (sftp) => lookAt(sftp, path));
  }

  async list(
    node: string,
    path: string,
    signal?: AbortSignal,
  ): Promise<readonly ({ name: string } & FileStatus)[]> {
    return await this.#withSftp({ node, path, signal }, (sftp) => listFolder(sftp, path));
  }

  async read(
    node: string,
    path: string,
    { sink, maxBytes, signal }: { sink: Writable; maxBytes?: number; signal?: AbortSignal },
  ): Promise<Transferred> {
    return await this.#withSftp({ node, path, signal }, (sftp, over) =>
      readFile(sftp, path, { sink, maxBytes, signal: over }),
    );
  }

  async write(node: string, path: string, write: FileWrite): Promise<Transferred> {
    return await this.#withSftp({ node, path, signal: write.signal, isChange: true }, (sftp, over) =>
      replaceFile(sftp, path, write, over),
    );
  }

  async remove(node: string, path: string, signal?: AbortSignal): Promise<void> {
    await this.#withSftp({ node, path, signal, isChange: true }, (sftp) => removeFile(sftp, path));
  }

  async close(): Promise<void> {
    for (const connection of this.#connections.values()) connection.close();
    this.#connections.clear();
  }

  get #sudo(): readonly string[] {
    return this.#parts.settings?.username === "root" ? [] : ["sudo", "-n", "--"];
  }

  async #withSftp<T>(
    { node, path, signal, isChange = false }: FileCall,
    use: (sftp: SFTPWrapper, signal: AbortSignal) => Promise<T>,
  ): Promise<T> {
    return await this.#named(async () => {
      const connection = await this.#connection(node, signal);
      const time = leaving(signal, FILE_TIMEOUT_MS);
      const work = { address: connection.address, path, isChange };
      try {
        return await connection.withChannel(
          time.signal,
          (client) => openSftp(client, this.#sudo),
          async (sftp, client) => {
            try {
              return await orLost(use(sftp, time.signal), client);
            } catch (error) {
              throw fileFault(error, { ...work, isAlive: connection.isAlive(client) });
            } finally {
              sftp.end();
            }
          },
        );
      } catch (error) {
        throw fileFault(error, { ...work, isChange: false, isAlive: true });
      } finally {
        time.dispose();
      }
    });
  }

  async #connection(node: string, signal: AbortSignal | undefined): Promise<NodeConnection> {
    const { settings, connectTimeoutMs, addressOf } = this.#parts;
    if (settings === undefined) throw sshIsOff();
    const address = await addressOf(node, signal);
    const known = this.#connections.get(node);
    if (known?.address.host === address.host && known.address.port === address.port) return known;
    known?.close();
    const connection = new NodeConnection({ settings, address, timeoutMs: connectTimeoutMs });
    this.#connections.set(node, connection);
    return connection;
  }

  async #named<T>(work: () => Promise<T>): Promise<T> {
    try {
      return await work();
    } catch (error) {
      throw isToolError(error) ? naming(this.#parts.prefix, error) : error;
    }
  }
}

/** ssh2 never answers what is asked on a session after its connection has gone. */
async function orLost<T>(work: Promise<T>, client: Client): Promise<T> {
  let lose: (() => void) | undefined;
  const lost = new Promise<never>((_, reject) => {
    lose = () => reject(new ConnectionLost("lost"));
    client.once("close", lose);
  });
  try {
    return await Promise.race([work, lost]);
  } finally {
    if (lose) client.off("close", lose);
  }
}
