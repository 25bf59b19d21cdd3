import type { GuestPlace } from "../../../sdk/places.ts";
import type { NodeAccess } from "../ssh/types.ts";
import type { AgentCluster } from "./agent-api.ts";
import type { GuestAccess } from "./types.ts";

/** What the ways into guests go over. */
export type GuestRoads = AgentCluster & { readonly ssh: NodeAccess };

/** The guests of a cluster, each kind by its own way, whose code is loaded when it is first needed. */
export function lazyGuests(roads: GuestRoads): GuestAccess {
  let byAgent: Promise<GuestAccess> | undefined;
  let byPct: Promise<GuestAccess> | undefined;
  const wayTo = ({ kind }: GuestPlace): Promise<GuestAccess> => {
    if (kind === "qemu") {
      byAgent ??= import("./agent-route.ts").then(({ AgentRoute }) => new AgentRoute(roads));
      return byAgent;
    }
    byPct ??= import("./container.ts").then(({ ContainerRoute }) => new ContainerRoute(roads.ssh));
    return byPct;
  };
  return {
    run: async (guest, command) => (await wayTo(guest)).run(guest, command),
    read: async (guest, path, options) => (await wayTo(guest)).read(guest, path, options),
    write: async (guest, path, write) => (await wayTo(guest)).write(guest, path, write),
  };
}
