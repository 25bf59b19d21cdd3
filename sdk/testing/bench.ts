import type { ScenarioSetting } from "./run-scenario.ts";
import { WarmServers } from "./servers.ts";
import type { OpenTarget, Target } from "./target.ts";

/** One lab and some servers that serve many runs; every run begins with the lab as it is seeded. */
export class Bench {
  readonly target: Target;
  readonly #servers = new WarmServers();

  private constructor(target: Target) {
    this.target = target;
  }

  static async open(openTarget: OpenTarget): Promise<Bench> {
    return new Bench(await openTarget());
  }

  /** The setting with this bench in place of clusters and servers of its own; unchanged where it has no lab. */
  setting(setting: ScenarioSetting): ScenarioSetting {
    const { lab } = this.target;
    if (lab === undefined) return setting;
    const openTarget: OpenTarget = async () => {
      lab.reset();
      return { ...this.target, close: async () => undefined };
    };
    return { ...setting, openTarget, servers: this.#servers };
  }

  async close(): Promise<void> {
    await this.#servers.close();
    await this.target.close();
  }
}
