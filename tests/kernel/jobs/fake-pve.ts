import type { ClusterAccess } from "../../../kernel/tokens.ts";
import { RestFault, type RestFile, type RestRequest } from "../../../kernel/transports/types.ts";
import type { Guest, NodeSummary } from "../../../sdk/reader.ts";
import type { Catalog, Endpoint } from "../../../vendor/pve-docs/types.ts";

/** A request as the fake saw it. */
export interface Seen {
  readonly key: string;
  readonly params: Readonly<Record<string, unknown>>;
}

/** A task of the fake: how often it is seen running before it has ended, and with what. */
export interface FakeTask {
  upid: string;
  /** Looks at its status that still answer `running`; Infinity never ends by itself. */
  looks: number;
  exitStatus: string;
  log: string[];
  /** Not in task lists until then. */
  isListed: boolean;
}

type Handler = (params: Readonly<Record<string, unknown>>, file?: RestFile) => unknown;

/** Path and endpoint of a key, with `task` where the real API declares it. */
export function endpointOf(key: string): Endpoint {
  const [method = "", path = ""] = key.split(" ");
  const isTask = /\/status\/|\/clone$|all$|bulk-action/.test(path) && method === "POST";
  // The fake answers by key; the rest of an endpoint is never looked at.
  return { method, path, name: key, parameters: {}, task: isTask } as unknown as Endpoint;
}

/** A cluster that answers from memory: tasks, guests, nodes, and whatever a test adds. */
export class FakePve {
  readonly seen: Seen[] = [];
  readonly tasks = new Map<string, FakeTask>();
  readonly guests: Guest[] = [];
  readonly nodes: NodeSummary[] = [
    { node: "pve1", status: "online" },
    { node: "pve2", status: "online" },
  ];
  readonly #handlers = new Map<string, Handler>();
  #pid = 1;

  /** Answers a request; an Error is thrown. */
  on(key: string, handler: Handler): this {
    this.#handlers.set(key, handler);
    return this;
  }

  /** A task that is there from now on. */
  task(
    type: string,
    id: string,
    parts: Partial<Omit<FakeTask, "upid">> & { node?: string; user?: string } = {},
  ): string {
    const { node = "pve1", user = "root@pam!mcp", ...rest } = parts;
    const hex = (value: number) => value.toString(16).toUpperCase().padStart(8, "0");
    const started = Math.floor(Date.now() / 1000);
    const upid = `UPID:${node}:${hex(this.#pid++)}:${hex(77)}:${hex(started)}:${type}:${id}:${user}:`;
    this.tasks.set(upid, { upid, looks: 1, exitStatus: "OK", log: [], isListed: true, ...rest });
    return upid;
  }

  /** How often a key was requested. */
  count(key: string): number {
    return this.seen.filter((request) => request.key === key).length;
  }

  cluster(name = "lab"): ClusterAccess {
    const request = async ({ endpoint, params, signal, file }: RestRequest): Promise<never> => {
      const key = `${endpoint.method} ${endpoint.path}`;
      this.seen.push({ key, params });
      await new Promise(setImmediate);
      if (signal?.aborted && endpoint.method === "GET") throw new RestFault("no_answer", "aborted");
      const answer = await (this.#handlers.get(key) ?? this.#builtin(key))(params, file);
      if (answer instanceof Error) throw answer;
      return answer as never;
    };
    const inventory = () => ({ guests: this.guests, nodes: this.nodes, storages: [], readAt: Date.now() });
    const catalog = {
      endpoint: endpointOf,
      check: () => [],
      risk: () => "write",
    } as unknown as Catalog;
    return {
      name,
      rest: { read: request, write: request, close: async () => undefined },
      catalog: async () => catalog,
      inventory: { read: async () => inventory(), forget: () => undefined },
    } as unknown as ClusterAccess;
  }

  #builtin(key: string): Handler {
    switch (key) {
      case "GET /nodes/{node}/tasks/{upid}/status":
        return ({ upid }) => this.#status(String(upid));
      case "GET /nodes/{node}/tasks/{upid}/log":
        return ({ upid, start }) =>
          (this.tasks.get(String(upid))?.log ?? []).slice(Number(start)).map((t, n) => ({ n: n + 1, t }));
      case "GET /nodes/{node}/tasks":
        return ({ node }) => this.#list(String(node));
      case "DELETE /nodes/{node}/tasks/{upid}":
        return ({ upid }) => {
          const task = this.tasks.get(String(upid));
          if (task) Object.assign(task, { looks: 0, exitStatus: "unexpected status" });
          return null;
        };
      case "GET /nodes/{node}/time":
        return () => ({ time: Math.floor(Date.now() / 1000) });
      case "GET /nodes/{node}/qemu/{vmid}/status/current":
      case "GET /nodes/{node}/lxc/{vmid}/status/current":
        return ({ vmid }) => ({ status: this.guests.find((guest) => guest.vmid === vmid)?.status });
      default:
        return () => new RestFault("answer", `Method '${key}' not implemented`, { status: 501 });
    }
  }

  #status(upid: string): unknown {
    const task = this.tasks.get(upid);
    if (!task)
      return new RestFault("answer", "Parameter verification failed.", {
        status: 400,
        errors: { upid: "no such task" },
      });
    if (task.looks > 0) {
      task.looks -= 1;
      return { status: "running", upid };
    }
    return { status: "stopped", exitstatus: task.exitStatus, upid };
  }

  #list(node: string): unknown {
    return [...this.tasks.values()]
      .filter(({ upid, isListed }) => isListed && upid.startsWith(`UPID:${node}:`))
      .map(({ upid, looks, exitStatus }) =>
        looks > 0 ? { upid } : { upid, status: exitStatus, endtime: 1 },
      );
  }
}

/** A running VM of the fake. */
export function guest(vmid: number, parts: Partial<Guest> = {}): Guest {
  return {
    kind: "qemu",
    vmid,
    name: `vm${vmid}`,
    node: "pve1",
    status: "stopped",
    template: false,
    tags: [],
    ...parts,
  };
}
