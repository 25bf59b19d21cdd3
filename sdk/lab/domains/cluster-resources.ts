import { zonesOn } from "../sdn/state.ts";
import { storageResource, visibleNodes } from "../storage/stats.ts";
import type { LabCore, LabNode, LabRequest } from "../types.ts";
import { guestResource } from "./guest-stats.ts";
import { nodeEntry } from "./node-stats.ts";

/** `/cluster/resources`. */
export function registerClusterResources(lab: LabCore): void {
  lab.route("GET /cluster/resources", (request) => {
    const type = request.params.text("type");
    const wants = (kind: string): boolean => type === undefined || type === kind;
    return [
      ...(type === undefined ? pools(request) : []),
      ...(wants("vm") ? guests(request) : []),
      ...(wants("node") ? nodes(request) : []),
      ...(wants("storage") ? storages(request) : []),
      ...(type === undefined ? zones(request) : []),
      ...(type === "sdn" && lab.release.major === 8 ? zones(request) : []),
    ];
  });
}

function pools({ lab, may }: LabRequest): unknown[] {
  return [...lab.state.pools.keys()]
    .filter((id) => may(`/pool/${id}`, ["Pool.Audit"]))
    .map((id) => ({ id: `/pool/${id}`, pool: id, type: "pool" }));
}

function guests({ lab, may }: LabRequest): unknown[] {
  const poolOf = new Map<number, string>();
  for (const pool of lab.state.pools.values()) for (const vmid of pool.guests) poolOf.set(vmid, pool.id);
  const found: unknown[] = [];
  for (const vmid of [...lab.state.guests.keys()].sort((a, b) => a - b)) {
    const guest = lab.state.guests.get(vmid);
    if (guest === undefined || !may(`/vms/${vmid}`, ["VM.Audit"])) continue;
    found.push(guestResource(lab, guest, poolOf.get(vmid)));
  }
  return found;
}

function nodes({ lab, may }: LabRequest): unknown[] {
  return [...lab.state.nodes.values()].map((node) => ({
    ...nodeEntry(lab, node, may(`/nodes/${node.name}`, ["Sys.Audit"])),
    ...(node.power === "online" ? { "cgroup-mode": node.cgroups } : {}),
  }));
}

function storages({ lab, may }: LabRequest): unknown[] {
  const found: unknown[] = [];
  for (const storage of lab.state.storages.values()) {
    if (!may(`/storage/${storage.id}`, ["Datastore.Audit"])) continue;
    for (const node of visibleNodes(lab.state, storage)) found.push(storageResource(lab, storage, node));
  }
  return found;
}

/** The zones of each node: that of bridges which no other owns, and the applied ones. */
function zones({ lab, may }: LabRequest): unknown[] {
  const { major } = lab.release;
  if (major < 8) return [];
  return [...lab.state.nodes.values()].flatMap((node) =>
    [["localnetwork", "ok"], ...zonesOn(lab.state.sdn, node).map(([zone]) => [zone, "available"])]
      .filter(([zone]) => may(`/sdn/zones/${zone}`, ["SDN.Audit"]))
      .map(([zone, status]) => (major === 8 ? olderZone(node, zone, status) : networkOf(node, zone, status))),
  );
}

function olderZone({ name }: LabNode, zone: string | undefined, status: string | undefined): unknown {
  return { id: `sdn/${name}/${zone}`, type: "sdn", sdn: zone, node: name, status };
}

function networkOf({ name, power }: LabNode, zone: string | undefined, status: string | undefined): unknown {
  return {
    ...{ id: `network/${name}/zone/${zone}`, type: "network", "network-type": "zone" },
    ...{ network: zone, node: name, status: power === "online" ? status : "unknown" },
  };
}
