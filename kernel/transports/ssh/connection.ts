import { setTimeout as wait } from "node:timers/promises";
import type { Client } from "ssh2";
import { isToolError, ToolError } from "../../../sdk/errors.ts";
import { orLeave } from "../leaving.ts";
import { Lanes } from "../rest/lanes.ts";
import { type ConnectParts, connect } from "./connect.ts";
import type { NodeAddress } from "./known-hosts.ts";

/** OpenSSH allows ten sessions a connection by default; two are left for stopping what the others run. */
const CHANNELS = 8;
const SPARE_CHANNELS = 2;

/** A server may count a session for a moment after it has closed it: how often it is asked, and the first pause. */
const MOST_TRIES = 7;
const FIRST_PAUSE_MS = 20;

/** The connection went away while a channel was being opened: what was to run on it may have begun. */
export class ConnectionLost extends Error {
  override readonly name = "ConnectionLost";
}

/** Opens a channel on a client; must fail with an error of ssh2 where that is refused. */
export type OpenChannel<T> = (client: Client) => Promise<T>;

/** The one connection to a node: made when first needed, kept alive, and made anew after a drop. */
export class NodeConnection {
  readonly address: NodeAddress;
  readonly #parts: ConnectParts;
  readonly #lanes = new Lanes(CHANNELS, () => ({}));
  readonly #spare = new Lanes(SPARE_CHANNELS, () => ({}));
  #client: Client | undefined;
  #connecting: Promise<Client> | undefined;
  #isClosed = false;

  constructor(parts: ConnectParts) {
    this.#parts = parts;
    this.address = parts.address;
  }

  /** Waits for a free channel, opens it and uses it; the channel counts as taken until `use` is done. */
  async withChannel<C, T>(
    signal: AbortSignal,
    open: OpenChannel<C>,
    use: (channel: C, client: Client) => Promise<T>,
  ): Promise<T> {
    const lane = await this.#lanes.take(signal);
    try {
      const { client, channel } = await this.#open(signal, open);
      return await use(channel, client);
    } finally {
      lane.release();
    }
  }

  /** The same on a channel that is kept free for stopping what other channels run, and on that very connection. */
  async withSpareChannel<C, T>(
    client: Client,
    signal: AbortSignal,
    open: OpenChannel<C>,
    use: (channel: C) => Promise<T>,
  ): Promise<T> {
    const lane = await this.#spare.take(signal);
    try {
      return await use(await open(client));
    } finally {
      lane.release();
    }
  }

  /** True while this client is the connection. */
  isAlive(client: Client): boolean {
    return this.#client === client;
  }

  close(): void {
    this.#isClosed = true;
    this.#client?.end();
    this.#client = undefined;
  }

  async #open<C>(signal: AbortSignal, open: OpenChannel<C>): Promise<{ client: Client; channel: C }> {
    for (let tries = 1; ; tries += 1) {
      const client = await orLeave(this.#connected(), signal);
      signal.throwIfAborted();
      try {
        return { client, channel: await open(client) };
      } catch (error) {
        if (isToolError(error)) throw error;
        if (!wasRefused(error) && !this.isAlive(client)) throw new ConnectionLost("lost", { cause: error });
        // What was refused has sent nothing; the connection may also have gone while we waited.
        if (!wasRefused(error) || tries === MOST_TRIES) throw refusedChannel(this.address, error);
        await orLeave(wait(FIRST_PAUSE_MS * 2 ** (tries - 1)), signal);
      }
    }
  }

  #connected(): Promise<Client> {
    if (this.#isClosed)
      return Promise.reject(new ToolError({ code: "unreachable", message: "SSH is closed." }));
    if (this.#client) return Promise.resolve(this.#client);
    this.#connecting ??= this.#connect().finally(() => {
      this.#connecting = undefined;
    });
    return this.#connecting;
  }

  async #connect(): Promise<Client> {
    const client = await connect(this.#parts);
    if (this.#isClosed) client.end();
    this.#client = client;
    const dropped = () => {
      if (this.#client === client) this.#client = undefined;
    };
    client.once("close", dropped);
    client.once("end", dropped);
    return client;
  }
}

/** ssh2 names a reason where the other side refused a channel, and throws at once where it is not connected. */
function wasRefused(error: unknown): boolean {
  return error instanceof Error && ("reason" in error || error.message === "Not connected");
}

function refusedChannel({ node }: NodeAddress, error: unknown): ToolError {
  const why = error instanceof Error ? error.message : "unknown error";
  return new ToolError({
    code: "unreachable",
    message: `${node} accepted the SSH connection but opened no session on it: ${why}. Nothing was sent.`,
    next: "Check MaxSessions and the limits of the login on the node.",
    retry: true,
  });
}
