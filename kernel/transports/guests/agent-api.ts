import type { GuestPlace } from "../../../sdk/places.ts";
import type { CallParams, Endpoint } from "../../../vendor/pve-docs/types.ts";
import { orLeave } from "../leaving.ts";
import { isRecord } from "../rest/answer.ts";
import { type Cluster, RestFault } from "../types.ts";
import { bytesAsText } from "./agent-bytes.ts";

/** Where the endpoints of a VM are. */
export const VM_PATH = "/nodes/{node}/qemu/{vmid}";

/** How long a request whose answer is late may still answer, milliseconds; a node gives up after 30 s. */
const LATE_MS = 35_000;

/** What an {@link AgentApi} needs of its cluster. */
export type AgentCluster = Pick<Cluster, "rest" | "catalog" | "version">;

/** The requests to one VM's agent. All throw RestFault as the transport does. */
export class AgentApi {
  readonly place: GuestPlace;
  readonly #cluster: AgentCluster;

  constructor(cluster: AgentCluster, place: GuestPlace) {
    this.#cluster = cluster;
    this.place = place;
  }

  /** Major version of the cluster. */
  async major(): Promise<number> {
    return (await this.#cluster.version()).major;
  }

  /** A read of the VM's own endpoints, `/agent/get-osinfo`. */
  async read(
    path: string,
    options: { method?: "GET" | "POST"; signal?: AbortSignal } = {},
  ): Promise<unknown> {
    const { method = "GET", signal } = options;
    const { node, vmid } = this.place;
    const endpoint = await this.#endpoint(`${method} ${VM_PATH}${path}`);
    return await this.#cluster.rest.read({
      endpoint,
      params: { node, vmid },
      ...(signal === undefined ? {} : { signal }),
    });
  }

  /** Begins a process; its id. Sent once. A signal that is aborted while it is on its way changes nothing any more. */
  async exec(argv: readonly string[], input: string | Uint8Array, signal: AbortSignal): Promise<unknown> {
    const data = await this.#once(
      `POST ${VM_PATH}/agent/exec`,
      {
        command: argv.map(bytesAsText),
        ...(input.length === 0 ? {} : { "input-data": bytesAsText(input) }),
      },
      signal,
    );
    return isRecord(data) ? data.pid : undefined;
  }

  /**
   * What became of a process. The agent tells how one ended a single time, so this goes out once, alone, and its
   * answer is waited for.
   */
  async status(pid: number): Promise<unknown> {
    return await this.#once(`GET ${VM_PATH}/agent/exec-status`, { pid });
  }

  async #once(key: string, params: CallParams, signal?: AbortSignal): Promise<unknown> {
    const { node, vmid } = this.place;
    const endpoint = await this.#endpoint(key);
    try {
      return await this.#cluster.rest.write({
        endpoint,
        params: { node, vmid, ...params },
        ...(signal === undefined ? {} : { signal }),
      });
    } catch (error) {
      if (!(error instanceof RestFault) || error.late === undefined) throw error;
      return await lateAnswer(error, error.late);
    }
  }

  async #endpoint(key: string): Promise<Endpoint> {
    // Known once the version is; the catalog of another release would encode the command otherwise.
    await this.#cluster.version();
    const endpoint = (await this.#cluster.catalog()).endpoint(key);
    if (endpoint === undefined) throw new Error(`no endpoint ${key}`);
    return endpoint;
  }
}

async function lateAnswer(fault: RestFault, late: Promise<unknown>): Promise<unknown> {
  const time = new AbortController();
  const timer = setTimeout(() => time.abort(fault), LATE_MS);
  try {
    return await orLeave(late, time.signal);
  } finally {
    clearTimeout(timer);
  }
}
