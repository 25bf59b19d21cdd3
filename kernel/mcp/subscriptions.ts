import type { Server } from "@modelcontextprotocol/sdk/server/index.js";
import { ToolError } from "../../sdk/errors.ts";

/** Most subscriptions of one connection; each asks Proxmox VE for its log. */
const MOST = 50;

/** Watches a resource until it changes no more or the signal is aborted. */
export type Watch = (changed: () => void, signal: AbortSignal) => Promise<void>;

/** The resources whose changes one connection is told of. */
export class Subscriptions {
  readonly #server: Server;
  readonly #warn: (text: string) => void;
  readonly #watched = new Map<string, AbortController>();

  constructor(server: Server, warn: (text: string) => void) {
    this.#server = server;
    this.#warn = warn;
    const closed = server.onclose;
    server.onclose = () => {
      this.#close();
      closed?.();
    };
  }

  /** Tells of changes from now on; does nothing for one that is watched already. Throws ToolError `unsupported`. */
  add(uri: string, watch: Watch): void {
    if (this.#watched.has(uri)) return;
    if (this.#watched.size >= MOST) throw tooMany();
    const stop = new AbortController();
    this.#watched.set(uri, stop);
    const changed = () => void this.#server.sendResourceUpdated({ uri }).catch(this.#warn);
    watch(changed, stop.signal)
      .catch((error: unknown) => this.#warn(`${uri} is watched no longer: ${String(error)}`))
      .finally(() => {
        if (this.#watched.get(uri) === stop) this.#watched.delete(uri);
      });
  }

  remove(uri: string): void {
    this.#watched.get(uri)?.abort();
    this.#watched.delete(uri);
  }

  #close(): void {
    for (const uri of [...this.#watched.keys()]) this.remove(uri);
  }
}

function tooMany(): ToolError {
  return new ToolError({
    code: "unsupported",
    message: `This connection has ${MOST} subscriptions, which is the most.`,
    next: "Unsubscribe from some first.",
  });
}
