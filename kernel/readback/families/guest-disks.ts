import type { Expectation, Values } from "../types.ts";
import { type Family, isSet, pick, type SentStep, seen, unchecked } from "./context.ts";

const PATH = /^\/nodes\/\{node\}\/(qemu|lxc)\/\{vmid\}\/(resize|move_disk|move_volume|snapshot(?:\/.*)?)$/;

/** A guest's disks and snapshots. */
export const guestDisks: Family = (sent) => {
  const [, kind, action] = PATH.exec(sent.endpoint.path) ?? [];
  if (kind === undefined || action === undefined) return undefined;
  const base = `/nodes/{node}/${kind}/{vmid}`;
  const place = pick(sent.params, ["node", "vmid"]);
  switch (`${sent.endpoint.method} ${action}`) {
    case "PUT resize":
      return [resized(sent, base, place)];
    case "POST move_disk":
      return [moved(sent, base, place, "disk", "target-disk")];
    case "POST move_volume":
      return [moved(sent, base, place, "volume", "target-volume")];
    case "POST snapshot":
      return [snapshot(base, place, sent, true)];
    case "DELETE snapshot/{snapname}":
      return [snapshot(base, place, sent, false)];
    case "POST snapshot/{snapname}/rollback":
      return [rolledBack(base, place, sent)];
    case "PUT snapshot/{snapname}/config":
      return [described(base, sent)];
    default:
      return undefined;
  }
};

function resized(sent: SentStep, base: string, place: Values): Expectation {
  const { disk, size } = sent.params;
  const text = String(size);
  if (text.startsWith("+"))
    return unchecked(
      sent,
      `${String(disk)} was to grow by ${text.slice(1)}, and its size before is not known`,
    );
  return seen(`${base}/pending`, place, { is: "disk", disk: String(disk), atLeast: text });
}

function moved(sent: SentStep, base: string, place: Values, name: string, renamed: string): Expectation {
  const { params } = sent;
  const disk = String(params[name]);
  const elsewhere = isSet(params["target-vmid"]) || isSet(params[renamed]);
  if (elsewhere || !isSet(params.storage)) return unchecked(sent, `${disk} went to another guest or name`);
  return seen(`${base}/pending`, place, { is: "disk", disk, storage: String(params.storage) });
}

function snapshot(base: string, place: Values, { params }: SentStep, there: boolean): Expectation {
  return seen(`${base}/snapshot`, place, { is: "listed", there, row: { name: params.snapname } });
}

function rolledBack(base: string, place: Values, { params }: SentStep): Expectation {
  const row = { name: "current", parent: params.snapname };
  const there = seen(`${base}/snapshot`, place, { is: "listed", there: true, row });
  return { ...there, resets: "guest" };
}

function described(base: string, { params }: SentStep): Expectation {
  return seen(`${base}/snapshot/{snapname}/config`, pick(params, ["node", "vmid", "snapname"]), {
    is: "fields",
    by: `PUT /${base.slice(1)}/snapshot/{snapname}/config`,
    set: pick(params, ["description"]),
    gone: [],
  });
}
