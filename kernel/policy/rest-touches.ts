import { isWithin, type Risk } from "../../sdk/risk.ts";
import { parseUpid } from "../jobs/upid.ts";
import { clusterTouches } from "./rest-touches-cluster.ts";
import { guestTouch, isOn, type Known, listOf, type Touch } from "./touches.ts";
import { volumeOwner } from "./volume-owner.ts";

/** A step of the REST API with the parameters that are known when planning. */
export interface RestCall {
  readonly method: string;
  /** Path template. */
  readonly path: string;
  readonly params: Known;
  readonly risk: Risk;
}

const GUEST = /^\/nodes\/\{node\}\/(?:qemu|lxc)\/\{vmid\}(?=\/|$)/;
const CREATE = /^\/nodes\/\{node\}\/(?:qemu|lxc)$/;
/** Escapes that stay inside the guest, or hand something out without reaching a guest at all. */
const NARROW_ESCAPE =
  /\/agent(?:\/|$)|\{vmid\}\/(?:sendkey|vncwebsocket|shell|file)$|\/file-restore\/download$|\/storage\/\{storage\}\/upload$|^\/cluster\/acme\/|^\/access\/ticket$/;
/** What concerns the node alone, not the guests on it. */
const NODE_ALONE =
  /^\/nodes\/\{node\}\/(?:firewall|certificates|subscription|dns|hosts|time|apt|config)(?:\/|$)/;
const MANY_GUESTS = /^\/nodes\/\{node\}\/(?:startall|stopall|suspendall|migrateall)$/;

/** What a REST call touches, by its path and parameters. Empty for what is about no guest, node or pool. */
export function restTouches(call: RestCall): readonly Touch[] {
  const missing = [...call.path.matchAll(/\{([^}]+)\}/g)].find(
    ([, name = ""]) => call.params[name] === undefined,
  );
  if (missing !== null && missing !== undefined) {
    return [{ kind: "anything", why: `${missing[1]} is known only after an earlier step` }];
  }
  const own = ownTouches(call);
  if (call.risk !== "escape" || NARROW_ESCAPE.test(call.path)) return own;
  return [...own, { kind: "anything", why: "it can run anything on a node as root" }];
}

function ownTouches(call: RestCall): readonly Touch[] {
  const { path, params } = call;
  if (GUEST.test(path)) return guestTouches(call);
  if (CREATE.test(path) && call.method === "POST") return [createTouch(params)];
  if (path.startsWith("/nodes/{node}/storage/{storage}")) return storageTouches(call);
  if (path.startsWith("/nodes/{node}")) return nodeTouches(call);
  if (path === "/pools" || path === "/pools/{poolid}") return poolTouches(params);
  if (path === "/storage/{storage}") return [{ kind: "mentioned", text: `${String(params.storage)}:` }];
  return clusterTouches(call);
}

function guestTouches({ path, params }: RestCall): readonly Touch[] {
  const { vmid, node } = params;
  const touches: Touch[] = [guestTouch(vmid, node)];
  if (isOn(params["target-vmid"]) && !path.endsWith("/remote_migrate")) {
    touches.push(guestTouch(params["target-vmid"]));
  }
  if (path.endsWith("/clone")) {
    const target = params.target ?? node;
    touches.push({
      kind: "new",
      like: Number(vmid),
      ...(params.newid === undefined ? {} : { vmid: Number(params.newid) }),
      ...(typeof target === "string" ? { node: target } : {}),
      ...(typeof params.pool === "string" ? { pool: params.pool } : {}),
    });
  }
  return touches;
}

function createTouch(params: Known): Touch {
  const { vmid, node, pool, tags } = params;
  if (isOn(params.force)) return guestTouch(vmid, node);
  // A restore brings the tags of its backup along.
  const isRestore = isOn(params.archive) || isOn(params.restore);
  return {
    kind: "new",
    ...(vmid === undefined ? {} : { vmid: Number(vmid) }),
    ...(typeof node === "string" ? { node } : {}),
    ...(typeof pool === "string" ? { pool } : {}),
    ...(isRestore && tags === undefined ? {} : { tags: listOf(tags) }),
  };
}

function storageTouches({ path, params, risk }: RestCall): readonly Touch[] {
  const node: Touch = { kind: "node", node: String(params.node), guests: false };
  if (path.endsWith("/content/{volume}")) {
    const { storage, volume } = params;
    const name = String(volume);
    const volid = name.includes(":") ? name : `${String(storage)}:${name}`;
    const owner = volumeOwner(volid);
    const mentioned: Touch = { kind: "mentioned", text: volid };
    return owner === undefined ? [node, mentioned] : [node, guestTouch(owner), mentioned];
  }
  if (path.endsWith("/content") && risk !== "read") return [node, guestTouch(params.vmid)];
  if (path.endsWith("/prunebackups") && risk !== "read") {
    if (isOn(params.vmid)) return [node, guestTouch(params.vmid)];
    return [node, { kind: "anything", why: "it removes backups of every guest" }];
  }
  return [node];
}

function nodeTouches({ path, params, risk }: RestCall): readonly Touch[] {
  const node = String(params.node);
  const alone: Touch = { kind: "node", node, guests: false };
  const withGuests: Touch = { kind: "node", node, guests: true };
  if (MANY_GUESTS.test(path)) {
    const listed = listOf(params.vms);
    return listed.length > 0 ? listed.map((vmid) => guestTouch(vmid, node)) : [withGuests];
  }
  if (path === "/nodes/{node}/tasks/{upid}") return [taskTouch(params.upid, withGuests)];
  if (path === "/nodes/{node}/vzdump") return backupTouches(params, withGuests);
  if (path.startsWith("/nodes/{node}/ceph")) {
    const why = "Ceph holds volumes of guests on every node";
    return isWithin(risk, "write") ? [alone] : [alone, { kind: "anything", why }];
  }
  if (NODE_ALONE.test(path)) return [alone];
  const isShared = path.startsWith("/nodes/{node}/network") || path === "/nodes/{node}/status";
  return [isShared || !isWithin(risk, "write") ? withGuests : alone];
}

function taskTouch(upid: unknown, otherwise: Touch): Touch {
  const task = parseUpid(upid);
  return task !== undefined && /^\d+$/.test(task.id) ? guestTouch(task.id, task.node) : otherwise;
}

/** `stop` ends whatever backups run on the node, also of guests that are not among those named. */
function backupTouches(params: Known, withGuests: Touch): readonly Touch[] {
  const listed = listOf(params.vmid);
  if (isOn(params.stop) || listed.length === 0) return [withGuests];
  return listed.map((vmid) => guestTouch(vmid));
}

function poolTouches(params: Known): readonly Touch[] {
  const { poolid } = params;
  const pool: Touch =
    typeof poolid === "string"
      ? { kind: "pool", pool: poolid }
      : { kind: "anything", why: "it names no pool" };
  return [pool, ...listOf(params.vms).map((vmid) => guestTouch(vmid))];
}
