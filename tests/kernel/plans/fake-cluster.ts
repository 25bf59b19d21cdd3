import { Held, permissionsOf } from "../../../kernel/privileges/held.ts";
import type { ClusterAccess } from "../../../kernel/tokens.ts";
import { lazyGuests } from "../../../kernel/transports/guests/lazy.ts";
import { lazySsh } from "../../../kernel/transports/ssh/lazy.ts";
import { RestFault, type RestRequest } from "../../../kernel/transports/types.ts";
import type { Guest, Inventory, NodeSummary, StorageSummary } from "../../../sdk/reader.ts";
import { loadCatalog } from "../../../vendor/pve-docs/index.ts";

/** What the faked cluster holds: answers by filled-in path; a RestFault is thrown. */
export interface FakeCluster {
  guests: Guest[];
  nodes: NodeSummary[];
  storages: StorageSummary[];
  answers: Record<string, unknown>;
  release?: string;
  /** Paths that were asked, in order. */
  readonly asked: string[];
}

/** A guest with nothing particular. */
export function guest(vmid: number, name: string, node = "pve1", rest: Partial<Guest> = {}): Guest {
  return { kind: "qemu", vmid, name, node, status: "running", template: false, tags: [], ...rest };
}

/** Three nodes, one guest. */
export function fakeCluster(parts: Partial<FakeCluster> = {}): FakeCluster {
  return {
    guests: [guest(100, "web1")],
    nodes: ["pve1", "pve2", "pve3"].map((node) => ({ node, status: "online" })),
    storages: [],
    answers: {},
    asked: [],
    ...parts,
  };
}

/** The cluster as the kernel sees it. */
export function accessTo(cluster: FakeCluster): ClusterAccess {
  const { release = "9.2" } = cluster;
  const inventory = async (): Promise<Inventory> => ({
    guests: cluster.guests,
    nodes: cluster.nodes,
    storages: cluster.storages,
    readAt: 0,
  });
  const read = async ({ endpoint, params, signal }: RestRequest): Promise<unknown> => {
    const path = endpoint.path.replaceAll(/\{([^}]+)\}/g, (_, name: string) => String(params[name]));
    cluster.asked.push(path);
    const answer = cluster.answers[path];
    if (answer === SILENT) {
      await new Promise((resolve) => signal?.addEventListener("abort", resolve, { once: true }));
      throw new RestFault("no_answer", "aborted");
    }
    if (answer instanceof Error) throw answer;
    if (answer === undefined) throw new RestFault("answer", `nothing at ${path}`, { status: 500 });
    return structuredClone(answer);
  };
  const version = { release, version: `${release}.1`, major: Number.parseInt(release, 10) };
  const rest: ClusterAccess["rest"] = {
    // The fake answers whatever type the caller expects.
    read: <T>(request: RestRequest) => read(request) as Promise<T>,
    write: () => Promise.reject(new Error("a look must not write")),
    close: async () => undefined,
  };
  const ssh = lazySsh({ prefix: "PROXMOX_" }, 1_000, rest);
  const about = { catalog: async () => loadCatalog(release), version: async () => version };
  return {
    name: "pve",
    rest,
    ssh,
    guests: lazyGuests({ rest, ssh, ...about }),
    ...about,
    knownVersion: () => version,
    inventory: {
      read: inventory,
      guest: () => Promise.reject(new Error("not used here")),
      forget: () => undefined,
    },
  };
}

/** Answers nothing until the request is given up. */
export const SILENT = Symbol("silent");

/** Refused for want of a privilege. */
export const FORBIDDEN = new RestFault("answer", "Permission check failed (/, Sys.Audit)", { status: 403 });

/** Not there in this version. */
export const NOT_IMPLEMENTED = new RestFault("answer", "Method 'GET /x' not implemented", { status: 501 });

/** An account that holds these privileges everywhere. */
export function holding(...privileges: string[]): Held {
  return new Held(permissionsOf({ "/": Object.fromEntries(privileges.map((name) => [name, 1])) }));
}

/** An account that sees all. */
export const SEES_ALL = holding("VM.Audit", "Datastore.Allocate", "Sys.Audit", "Pool.Audit");
