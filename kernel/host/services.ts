import type { Grant, PluginArtifacts, PluginServices } from "../../sdk/plugin.ts";
import type { PluginUploads } from "../../sdk/uploads.ts";
import type { Catalog } from "../../vendor/pve-docs/types.ts";
import type { Logger } from "../log.ts";

/** Who a service is made for. */
export interface ServiceOwner {
  readonly id: string;
}

/**
 * A service that plugins may ask for. Definitions are data: what one needs is known,
 * and checked, before anything is made.
 */
export interface ServiceDefinition {
  readonly name: string;
  /** The grant it takes; left out for services that every plugin may have. */
  readonly grant?: Grant;
  /** Other services that it is made from. */
  readonly needs: readonly string[];
  make(needed: Readonly<Record<string, unknown>>, owner: ServiceOwner): unknown;
}

/** The services of this kernel, each a facade over one of its parts. */
export function serviceDefinitions(
  logger: Logger,
  catalog: Catalog,
  artifacts: PluginArtifacts,
  uploads: PluginUploads,
): readonly ServiceDefinition[] {
  return [
    {
      name: "log",
      needs: [],
      make: (_needed, { id }): PluginServices["log"] => ({
        info: (message) => logger.info(`plugin ${id}: ${message}`),
        warn: (message) => logger.warn(`plugin ${id}: ${message}`),
      }),
    },
    { name: "catalog", needs: [], make: (): PluginServices["catalog"] => catalog },
    {
      name: "artifacts",
      grant: "artifacts",
      needs: [],
      make: (): PluginServices["artifacts"] => artifacts,
    },
    { name: "uploads", grant: "artifacts", needs: [], make: (): PluginServices["uploads"] => uploads },
  ];
}

/**
 * What is wrong with a plugin's needs: services that are unknown, not granted, or that
 * need each other in a circle, directly or through others. Empty when all is well.
 */
export function serviceFaults(
  needs: readonly string[],
  definitions: readonly ServiceDefinition[],
  { id, grants }: ServiceOwner & { grants: readonly Grant[] },
): string[] {
  const byName = new Map(definitions.map((definition) => [definition.name, definition]));
  const faults = new Set<string>();
  const visit = (name: string, trail: readonly string[]): void => {
    if (trail.includes(name)) {
      faults.add(
        `services need each other in a circle: ${[...trail.slice(trail.indexOf(name)), name].join(" -> ")}`,
      );
      return;
    }
    const definition = byName.get(name);
    const asked = [...trail, name].join(" -> ");
    if (definition === undefined)
      faults.add(
        `needs the service ${asked}, which does not exist (known: ${[...byName.keys()].join(", ")})`,
      );
    else if (definition.grant !== undefined && !grants.includes(definition.grant))
      faults.add(
        `needs the service ${asked}, which takes the grant "${definition.grant}"; PROXMOX_MCP_PLUGIN_GRANTS=${id}=${definition.grant} gives it`,
      );
    else for (const next of definition.needs) visit(next, [...trail, name]);
  };
  for (const name of needs) visit(name, []);
  return [...faults];
}
