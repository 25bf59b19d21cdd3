import { wholeNodes } from "./guests-on-node.ts";
import type { Row } from "./look.ts";
import { count, type Probe, some, whenSeen, writes } from "./probe.ts";

const GONE_OR_MOVED = /^\/nodes\/\{node\}\/(?:qemu|lxc)\/\{vmid\}(?:\/(?:migrate|move_disk|move_volume))?$/;

/** Replication jobs of guests that are moved or removed, and to or from nodes that go down. */
export const replication: Probe = {
  kind: "replication",
  what: "replication jobs",
  look(plan, look) {
    const nodes = wholeNodes(plan);
    const moves = writes(plan).some(
      ({ method, path }) =>
        GONE_OR_MOVED.test(path) && (path.endsWith("}") ? method === "DELETE" : method === "POST"),
    );
    const vmids = moves ? plan.guests.map(({ vmid }) => vmid) : [];
    if (nodes.length + vmids.length === 0) return undefined;
    const concerns = ({ guest, target, source }: Row) =>
      vmids.includes(Number(guest)) || nodes.includes(String(target)) || nodes.includes(String(source));
    return Promise.all([
      look.rows("/cluster/replication"),
      look.hidden([["VM.Audit", "/vms"]], "replication jobs of guests"),
    ]).then(([seen, hidden]) =>
      whenSeen(seen, "replication jobs", (rows) => {
        const found = rows.filter(concerns);
        const text = `${count(found.length, "replication job concerns", "replication jobs concern")} this`;
        return some(text, found.map(jobName), [hidden]);
      }),
    );
  },
};

function jobName({ id, guest, target }: Row): string {
  return `${String(id)} (guest ${String(guest)} to ${String(target)})`;
}
