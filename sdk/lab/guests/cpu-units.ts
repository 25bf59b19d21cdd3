import type { LabRequest } from "../types.ts";

/** Keeps a guest's CPU weight within what the node's control groups take. (PVE::CGroup, clamp_cpu_shares) */
export function clampCpuUnits({ lab, params }: LabRequest, settings: Map<string, string>): void {
  const given = settings.get("cpuunits");
  if (given === undefined) return;
  const version = lab.state.nodes.get(params.need("node"))?.cgroups ?? 2;
  const units = version === 2 ? Math.min(Number(given), 10_000) : Math.max(Number(given), 2);
  settings.set("cpuunits", String(units));
}
