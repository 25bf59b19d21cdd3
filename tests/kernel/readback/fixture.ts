import type { JobStep } from "../../../kernel/jobs/types.ts";
import { expectationsOf } from "../../../kernel/readback/families/index.ts";
import { readBack } from "../../../kernel/readback/read-back.ts";
import type { Check, Values } from "../../../kernel/readback/types.ts";
import type { ClusterAccess } from "../../../kernel/tokens.ts";
import { RestFault } from "../../../kernel/transports/types.ts";
import { loadCatalog } from "../../../vendor/pve-docs/index.ts";

/** A step as it was sent: key, parameters, and what is known of it besides. */
export interface Sent {
  readonly key: string;
  readonly params: Values;
  readonly before?: Values;
  readonly answer?: unknown;
  readonly upid?: string;
}

/** What reading answers, by the key of the endpoint; an error is thrown. */
export type Answers = Readonly<Record<string, unknown>>;

/** What was read back, and which requests that took. */
export interface Seen {
  readonly checks: readonly Check[];
  readonly requests: readonly string[];
}

/** The answer of Proxmox VE for an object that is not there. */
export function missing(
  reason = "Configuration file 'nodes/pve1/qemu-server/100.conf' does not exist",
): RestFault {
  return new RestFault("answer", reason, { status: 500 });
}

/** Reads back steps that were done, on a cluster that answers this. */
export async function seenAfter(
  sent: readonly Sent[],
  answers: Answers,
  guests: readonly number[] = [],
): Promise<Seen> {
  const catalog = loadCatalog();
  const requests: string[] = [];
  const rest = {
    read: ({ endpoint }: { endpoint: { method: string; path: string } }) => {
      const key = `${endpoint.method} ${endpoint.path}`;
      requests.push(key);
      const answer = answers[key];
      return answer instanceof Error ? Promise.reject(answer) : Promise.resolve(answer);
    },
  };
  const inventory = { read: async () => ({ guests: guests.map((vmid) => ({ vmid })) }) };
  // Only what reading back asks for.
  const access = { catalog: async () => catalog, rest, inventory } as unknown as ClusterAccess;
  const steps = sent.map(({ key, params, before, answer, upid }, index): JobStep => {
    const endpoint = catalog.endpoint(key);
    if (endpoint === undefined) throw new Error(`no ${key}`);
    return {
      id: `s${index + 1}`,
      what: key,
      state: "done",
      tasks: upid === undefined ? [] : [{ upid, node: "pve1", state: "ok" }],
      expect: expectationsOf({ endpoint, params, before, catalog }),
      ...(answer === undefined ? {} : { answer }),
    };
  });
  return { checks: await readBack(steps, access, new AbortController().signal), requests };
}
