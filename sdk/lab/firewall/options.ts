import { paramError } from "../errors.ts";
import { splitList } from "../frame/params.ts";
import { assertUnchanged, sectionValue } from "../sections.ts";
import type { LabCore, LabRequest } from "../types.ts";
import { type Level, locked } from "./level.ts";
import { listDigest } from "./state.ts";
import type { FwConfig } from "./types.ts";

const NO_OPTIONS = new Set(["node", "vmid", "vnet", "delete", "digest"]);

/** How long a firewall that was switched on for a try stays on, in seconds. */
const TRIAL = 60;

/** Options of a level. (pve-firewall, src/PVE/API2/Firewall/Cluster.pm, Host.pm, VM.pm, Vnet.pm) */
export function registerOptions(lab: LabCore, level: Level): void {
  lab.route(`GET ${level.path}/options`, (request) => {
    level.guard?.(request, false);
    const options = read(level.file(request), request);
    return { ...options, digest: listDigest([options]) };
  });
  lab.route(`PUT ${level.path}/options`, (request) => {
    level.guard?.(request, true);
    return locked(level, request, () => write(level.file(request), request));
  });
}

function read({ options }: FwConfig, { lab }: LabRequest): Record<string, string | number> {
  const found = Object.fromEntries(options);
  const enable = Number(found.enable ?? 0);
  if (enable > 1 && lab.clock.seconds() - enable > TRIAL) found.enable = 0;
  return found;
}

function write(file: FwConfig, request: LabRequest): null {
  const { params, endpoint, lab } = request;
  assertUnchanged(listDigest([read(file, request)]), params.text("digest"));
  const changed = new Map(file.options);
  for (const name of splitList(params.text("delete") ?? "")) {
    if (NO_OPTIONS.has(name) || endpoint.parameters[name] === undefined)
      throw paramError({ delete: `no such option '${name}'` });
    changed.delete(name);
  }
  for (const name of params.names()) {
    if (NO_OPTIONS.has(name)) continue;
    const value = sectionValue(endpoint, params, name);
    if (typeof value === "object") continue;
    changed.set(name, name === "enable" && Number(value) > 1 ? lab.clock.seconds() : value);
  }
  file.options.clear();
  for (const [name, value] of changed) file.options.set(name, value);
  return null;
}
