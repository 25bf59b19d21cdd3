import { die, paramError } from "../errors.ts";
import { splitList } from "../frame/params.ts";
import { isReplicated } from "../guests/replicated.ts";
import type { LabRequest } from "../types.ts";
import { checkLock, loadVm } from "./guest.ts";
import { vmidOf } from "./power.ts";
import { parseProperties } from "./property-string.ts";

/**
 * POST remote_migrate: checks what can be said from here. There is no other cluster to go to, so where nothing
 * else is wrong the connection fails. (qemu-server, PVE/API2/Qemu.pm)
 */
export function remoteMigrate(request: LabRequest): never {
  const { lab, node, params } = request;
  const guest = loadVm(lab, node.name, vmidOf(request));
  checkLock(guest);
  if (guest.ha !== undefined)
    throw paramError({ vmid: "cannot remote-migrate VM that is configured for HA" });
  const remote = parseProperties(params.need("target-endpoint"), {});
  const address = `${remote.get("host") ?? ""}:${remote.get("port") ?? "8006"}`;
  const unreachable = die(`Can't connect to ${address} (Connection refused)`);
  // Without a fingerprint the other side is asked for one first of all.
  if (!remote.has("fingerprint")) throw unreachable;
  if (isReplicated(lab.state, guest.vmid)) throw die("cannot remote-migrate replicated VM");
  if (guest.runtime !== undefined && !params.flag("online"))
    throw die("can't migrate running VM without --online");
  const storages = checkMap(params.need("target-storage"));
  if (storages.fault !== undefined)
    throw paramError({ "target-storage": `failed to parse storage map: ${storages.fault}\n` });
  const bridges = checkMap(params.need("target-bridge"));
  if (bridges.fault !== undefined)
    throw paramError({ "target-bridge": `failed to parse bridge map: ${bridges.fault}\n` });
  if (storages.identity) throw die("remote migration requires explicit storage mapping!");
  throw unreachable;
}

/** What is wrong with a map of ids, and whether it maps each to itself. (pve-common, src/PVE/JSONSchema.pm: parse_idmap) */
function checkMap(text: string): { readonly fault?: string; readonly identity: boolean } {
  const entries = splitList(text);
  const identity = entries.includes("1");
  const sources = entries.filter((entry) => entry.includes(":")).map((entry) => entry.split(":")[0] ?? "");
  const defaults = entries.filter((entry) => !entry.includes(":") && entry !== "1");
  const twice = sources.find((source, index) => sources.indexOf(source) !== index);
  if (twice !== undefined) return { identity, fault: `duplicate mapping for source '${twice}'` };
  if (defaults.length > 1) return { identity, fault: "default target ID can only be provided once" };
  if (identity && sources.length + defaults.length > 0)
    return { identity, fault: "identity mapping cannot be combined with other mappings" };
  return { identity };
}
