import { inject, injectable } from "tsyringe";
import { ToolError } from "../../sdk/errors.ts";
import type { Logger } from "../log.ts";
import type { Redactor } from "../secrets/redact.ts";
import type { Settings } from "../settings/types.ts";
import { type ClusterAccess, type Clusters, LOGGER, REDACTOR, SETTINGS } from "../tokens.ts";
import { ConfiguredCluster } from "./cluster.ts";

/** The clusters of the settings. */
@injectable()
export class ConfiguredClusters implements Clusters {
  readonly all: readonly ClusterAccess[];

  constructor(
    @inject(SETTINGS) { clusters, limits }: Settings,
    @inject(REDACTOR) redactor: Redactor,
    @inject(LOGGER) logger: Logger,
  ) {
    this.all = clusters.map((settings) => new ConfiguredCluster({ settings, limits, redactor, logger }));
  }

  get(name?: string): ClusterAccess {
    const [first, ...others] = this.all;
    const only = others.length === 0 ? first : undefined;
    const found = name === undefined ? only : this.all.find((cluster) => cluster.name === name);
    if (found !== undefined) return found;
    throw new ToolError({
      code: "invalid_input",
      message: name === undefined ? "It is not said which cluster is meant." : `No cluster is named ${name}.`,
      next: first
        ? `Give \`cluster\` as one of: ${this.all.map((cluster) => cluster.name).join(", ")}.`
        : "No cluster is configured: the operator has to set PROXMOX_HOST.",
    });
  }

  async close(): Promise<void> {
    await Promise.all(this.all.flatMap((cluster) => [cluster.ssh.close(), cluster.rest.close()]));
  }
}
