import { ToolError } from "../../../sdk/errors.ts";
import type { Endpoint } from "../../../vendor/pve-docs/types.ts";
import type { SshSettings } from "../../settings/types.ts";
import { isRecord } from "../rest/answer.ts";
import { RestFault, type RestTransport } from "../types.ts";
import type { NodeAddress } from "./known-hosts.ts";

const STATUS: Endpoint = { path: "/cluster/status", method: "GET", name: "get_status", parameters: {} };

/** How long the addresses that the cluster told are good for, milliseconds. */
const FRESH_MS = 60_000;

/** Where the nodes of a cluster are reached by SSH: what the operator said, else what the cluster knows. */
export class NodeAddresses {
  readonly #rest: RestTransport;
  readonly #settings: SshSettings;
  #known: { readonly at: number; readonly byNode: ReadonlyMap<string, string> } | undefined;

  constructor(rest: RestTransport, settings: SshSettings) {
    this.#rest = rest;
    this.#settings = settings;
  }

  async of(node: string, signal?: AbortSignal): Promise<NodeAddress> {
    const { addresses, port } = this.#settings;
    const set = addresses[node];
    if (set !== undefined) return { node, host: set.host, port: set.port ?? port };
    const byNode = await this.#told(signal);
    const host = byNode.get(node);
    if (host !== undefined) return { node, host, port };
    throw new ToolError({
      code: "not_found",
      message: `The cluster tells no address of a node named ${node}.`,
      next: `Nodes are: ${[...byNode.keys()].join(", ")}. The operator can set PROXMOX_SHELL_SSH_HOSTS=node=address.`,
    });
  }

  async #told(signal: AbortSignal | undefined): Promise<ReadonlyMap<string, string>> {
    if (this.#known !== undefined && Date.now() - this.#known.at < FRESH_MS) return this.#known.byNode;
    const request = { endpoint: STATUS, params: {}, ...(signal === undefined ? {} : { signal }) };
    const data = await this.#rest.read(request).catch((error: unknown) => {
      throw error instanceof RestFault && error.kind === "answer" ? notTold(error) : error;
    });
    const byNode = new Map<string, string>();
    for (const entry of Array.isArray(data) ? data : []) {
      if (!isRecord(entry) || entry.type !== "node") continue;
      if (typeof entry.name === "string" && typeof entry.ip === "string") byNode.set(entry.name, entry.ip);
    }
    this.#known = { at: Date.now(), byNode };
    return byNode;
  }
}

function notTold({ reason }: RestFault): ToolError {
  return new ToolError({
    code: "forbidden",
    message: `The cluster does not tell the addresses of its nodes: ${reason}`,
    next: "Give the API user Sys.Audit on /, or set PROXMOX_SHELL_SSH_HOSTS=node=address.",
  });
}
