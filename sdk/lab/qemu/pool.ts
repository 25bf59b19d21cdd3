import type { LabState } from "../types.ts";

/** Makes a guest a member of a pool. */
export function joinPool(state: LabState, pool: string, vmid: number): void {
  state.pools.get(pool)?.guests.add(vmid);
  state.access.changed();
}
