import type { Plan } from "../../call/types.ts";
import type { Look } from "./look.ts";
import {
  count,
  type Found,
  guestName,
  listed,
  type Probe,
  some,
  together,
  type Write,
  whenSeen,
  writes,
} from "./probe.ts";

const WHOLE_NODE = /^\/nodes\/\{node\}\/(?:status|stopall|startall|suspendall|migrateall|network)$/;

const BULK = /^\/cluster\/bulk-action\/guest\//;

/** Guests that run where a node is switched off, emptied, removed or gets its network anew, and those of a bulk action. */
export const guestsOnNode: Probe = {
  kind: "guests_on_node",
  what: "guests on the node",
  look(plan, look) {
    const concerned = writes(plan).filter((write) => isWholeNode(write) || BULK.test(write.path));
    return concerned.length === 0 ? undefined : together(concerned.map((write) => guestsOf(write, look)));
  },
};

/** True for a step that is about a node as a whole. */
export function isWholeNode({ method, path }: Pick<Write, "method" | "path">): boolean {
  if (path === "/cluster/config/nodes/{node}") return method === "DELETE";
  if (path === "/nodes/{node}/network") return method === "PUT";
  return WHOLE_NODE.test(path) && method === "POST";
}

/** Nodes that a plan is about as a whole. */
export function wholeNodes(plan: Plan): readonly string[] {
  return [
    ...new Set(
      writes(plan)
        .filter(isWholeNode)
        .flatMap(({ params }) => params.get("node") ?? []),
    ),
  ];
}

async function guestsOf({ params }: Write, look: Look): Promise<Found> {
  const node = params.get("node");
  const where = node === undefined ? "in the cluster" : `on ${node}`;
  const only = new Set(listed(params.get("vms")));
  const seen = await look.inventory();
  const hidden = await look.hidden([["VM.Audit", "/vms"]], "guests");
  return whenSeen(seen, `guests ${where}`, ({ guests }) => {
    const here = guests.filter(
      (guest) =>
        (node === undefined || guest.node === node) &&
        !guest.template &&
        (only.size === 0 || only.has(String(guest.vmid))),
    );
    const running = here.filter(({ status }) => status === "running");
    const text = `${count(here.length, "guest")} ${where}, ${running.length} running`;
    return some(text, [...running, ...here.filter((guest) => !running.includes(guest))].map(guestName), [
      hidden,
    ]);
  });
}
