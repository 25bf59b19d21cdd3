import type { IncomingMessage } from "node:http";
import { cut, restore } from "./domains/node-power.ts";
import type { RequestFault, TaskFault } from "./faults.ts";
import { plain, type Reply } from "./http/respond.ts";
import type { LabCore } from "./types.ts";

/** What a client may ask of the control endpoint; one member a request. */
interface ControlOrder {
  readonly request?: RequestFault;
  readonly task?: TaskFault;
  readonly lockTimeout?: { readonly file: string; readonly times?: number };
  readonly node?: { readonly name: string; readonly power: "online" | "down" };
  readonly clear?: boolean;
}

/** Faults over HTTP: `POST /lab/faults` with a JSON object. It knows no credentials: local use alone. */
export function controlOf(lab: LabCore): (request: IncomingMessage) => Promise<Reply> {
  return async (request) => {
    if (request.method !== "POST" || request.url !== "/lab/faults")
      return plain(404, "POST /lab/faults is all there is\n");
    const chunks: Buffer[] = [];
    for await (const chunk of request) if (Buffer.isBuffer(chunk)) chunks.push(chunk);
    let order: unknown;
    try {
      order = JSON.parse(Buffer.concat(chunks).toString("utf8"));
    } catch {
      return plain(400, "a JSON object is expected\n");
    }
    const fault = obey(lab, order);
    return fault === undefined ? plain(200, "ok\n") : plain(400, `${fault}\n`);
  };
}

/** Carries out an order; answers what is wrong with it. */
function obey(lab: LabCore, given: unknown): string | undefined {
  if (typeof given !== "object" || given === null) return "a JSON object is expected";
  // Orders come from whoever runs the lab; a wrong field shows as a fault that never strikes.
  const order = given as ControlOrder;
  if (order.clear === true) lab.faults.clear();
  if (order.request !== undefined) lab.faults.request(order.request);
  if (order.task !== undefined) lab.faults.task(order.task);
  if (order.lockTimeout !== undefined)
    lab.faults.lockTimeout(order.lockTimeout.file, order.lockTimeout.times);
  if (order.node === undefined) return undefined;
  const node = lab.state.nodes.get(order.node.name);
  if (node === undefined) return `the lab has no node ${order.node.name}`;
  if (order.node.power === "down") cut(lab, node);
  else restore(lab, node);
  return undefined;
}
