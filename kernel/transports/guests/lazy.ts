import { ToolError } from "../../../sdk/errors.ts";
import type { GuestPlace } from "../../../sdk/places.ts";
import type { NodeAccess } from "../ssh/types.ts";
import type { AgentCluster } from "./agent-api.ts";
import type { GuestAccess } from "./types.ts";

/** What the ways into guests go over. */
export type GuestRoads = AgentCluster & { readonly ssh: NodeAccess };

/** The guests of a cluster, each kind by its own way, whose code is loaded when it is first needed. */
export function lazyGuests(roads: GuestRoads): GuestAccess {
  let byAgent: Promise<Pick<GuestAccess, "run">> | undefined;
  let byPct: Promise<GuestAccess> | undefined;
  const vms = () => {
    byAgent ??= import("./agent-route.ts").then(({ AgentRoute }) => new AgentRoute(roads));
    return byAgent;
  };
  const containers = () => {
    byPct ??= import("./container.ts").then(({ ContainerRoute }) => new ContainerRoute(roads.ssh));
    return byPct;
  };
  const files = async ({ kind }: GuestPlace) => {
    if (kind === "lxc") return await containers();
    throw new ToolError({
      code: "unsupported",
      message: "Files in VMs are not reached. Nothing was changed.",
      next: "Run a command in the VM that reads or writes the file.",
    });
  };
  return {
    run: async (guest, command) => (await (guest.kind === "lxc" ? containers() : vms())).run(guest, command),
    read: async (guest, path, options) => (await files(guest)).read(guest, path, options),
    write: async (guest, path, write) => (await files(guest)).write(guest, path, write),
  };
}
