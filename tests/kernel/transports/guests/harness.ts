import { createRedactor } from "../../../../kernel/secrets/redact.ts";
import { Secret } from "../../../../kernel/secrets/secret.ts";
import type { LimitSettings } from "../../../../kernel/settings/types.ts";
import { ConfiguredCluster } from "../../../../kernel/transports/cluster.ts";
import { AgentRoute } from "../../../../kernel/transports/guests/agent-route.ts";
import type { CommandResult, NodeCommand } from "../../../../kernel/transports/ssh/types.ts";
import { createLab, type Lab, type ReleaseName } from "../../../../sdk/lab/index.ts";
import type { GuestPlace } from "../../../../sdk/steps.ts";
import { clusterSettings, hostSettings, limits, silent } from "../harness.ts";

export const WEB: GuestPlace = { kind: "qemu", node: "pve1", vmid: 101 };
export const AGENT = "/nodes/pve1/qemu/101/agent";

/** A lab, and guest access to it over real REST. */
export class GuestLab {
  readonly lab: Lab;
  readonly route: AgentRoute;
  readonly #cluster: ConfiguredCluster;

  private constructor(lab: Lab, cluster: ConfiguredCluster) {
    this.lab = lab;
    this.#cluster = cluster;
    this.route = new AgentRoute(cluster, { graceMs: 300 });
  }

  static async start(pve: ReleaseName = "9.2", changed: Partial<LimitSettings> = {}): Promise<GuestLab> {
    const lab = await createLab({ pve, speed: Number.POSITIVE_INFINITY, refusalDelay: 0 });
    const secret = new Secret(lab.tokens.root?.secret ?? "");
    const settings = clusterSettings(lab.port, {
      hosts: [hostSettings("127.0.0.1", lab.port, [lab.fingerprint])],
      credentials: { kind: "token", user: "root", realm: "pam", tokenId: "mcp", secret },
    });
    const parts = { limits: { ...limits, ...changed }, redactor: createRedactor(), logger: silent };
    return new GuestLab(lab, new ConfiguredCluster({ settings, ...parts }));
  }

  async close(): Promise<void> {
    await this.#cluster.rest.close();
    await this.lab.close();
  }

  run(argv: readonly string[], rest: Partial<NodeCommand> = {}, guest = WEB): Promise<CommandResult> {
    return this.route.run(guest, { argv, timeoutMs: 30_000, ...rest });
  }

  /** Output of a shell script in the guest. */
  async sh(script: string): Promise<string> {
    return textOf(await this.run(["sh", "-c", script]));
  }

  /** Resolves when a command was begun. */
  async begun(): Promise<void> {
    await new Promise<void>((resolve) => {
      this.lab.onCall = ({ key }) => {
        if (key === "POST /nodes/{node}/qemu/{vmid}/agent/exec") resolve();
      };
    });
  }

  /** A write as an operator makes it, with its task. */
  async post(path: string, { node, vmid } = WEB): Promise<void> {
    const endpoint = (await this.#cluster.catalog()).endpoint(`POST /nodes/{node}/qemu/{vmid}${path}`);
    if (endpoint === undefined) throw new Error(`no endpoint ${path}`);
    const data = await this.#cluster.rest.write({ endpoint, params: { node, vmid } });
    if (typeof data === "string") await this.lab.tasks.ended(data);
  }
}

/** The output of a result as text. */
export function textOf({ stdout }: CommandResult): string {
  return Buffer.from(stdout.bytes).toString();
}
