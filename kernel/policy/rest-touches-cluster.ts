import { isWithin } from "../../sdk/risk.ts";
import type { RestCall } from "./rest-touches.ts";
import { guestTouch, listOf, type Touch } from "./touches.ts";

/**
 * Settings of the whole cluster that hold no guest, node or pool: deleting them takes nothing of a guest away
 * that could not be set again. What is neither here nor told apart below counts as touching anything.
 */
const NO_TARGET =
  /^\/(?:access|cluster\/(?:acme|firewall|ha\/(?:groups|rules)|jobs|metrics|notifications|options|sdn))(?:\/|$)/;

/** What a call below `/cluster` or `/access` touches. */
export function clusterTouches({ path, params, risk }: RestCall): readonly Touch[] {
  const found = named(path, params);
  if (found !== undefined) return found;
  if (NO_TARGET.test(path) || isWithin(risk, "write")) return [];
  return [{ kind: "anything", why: "it concerns the whole cluster" }];
}

function named(path: string, params: RestCall["params"]): readonly Touch[] | undefined {
  if (path.startsWith("/cluster/bulk-action/guest")) {
    const listed = listOf(params.vms);
    const all: Touch = { kind: "anything", why: "it is for every guest of the cluster" };
    return listed.length > 0 ? listed.map((vmid) => guestTouch(vmid)) : [all];
  }
  // Resources are named `vm:100`, `ct:200` or `100` (pve-ha-manager); replication jobs `100-0`.
  if (path.startsWith("/cluster/ha/resources/{sid}")) {
    return [guestTouch(String(params.sid).replace(/^(?:vm|ct):/, ""))];
  }
  if (path === "/cluster/replication/{id}") return [guestTouch(String(params.id).replace(/-\d+$/, ""))];
  if (path === "/cluster/backup/{id}") return [{ kind: "backup-job", id: String(params.id) }];
  if (path === "/cluster/config/nodes/{node}") {
    return [{ kind: "node", node: String(params.node), guests: true }];
  }
  if (/^\/cluster\/mapping\/(?:pci|usb)\/\{id\}$/.test(path)) {
    return [{ kind: "mentioned", text: `mapping=${String(params.id)}` }];
  }
  // A directory is named with its key or, being the default one, without.
  if (path === "/cluster/mapping/dir/{id}") {
    return ["", "dirid="].map((key) => ({ kind: "mentioned", text: `${key}${String(params.id)}` }));
  }
  if (path === "/cluster/qemu/custom-cpu-models/{cputype}") {
    return [{ kind: "mentioned", text: `custom-${String(params.cputype).replace(/^custom-/, "")}` }];
  }
  if (path === "/cluster/sdn/vnets/{vnet}")
    return [{ kind: "mentioned", text: `bridge=${String(params.vnet)}` }];
  return undefined;
}
