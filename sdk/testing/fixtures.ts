import { ClusterReader } from "./cluster-reader.ts";
import { ScenarioFailure } from "./expect.ts";
import type { Target } from "./target.ts";

/** A guest that a scenario made to work on. */
export interface MadeVm {
  readonly vmid: number;
  readonly node: string;
  readonly name: string;
  /** Its path in the API. */
  readonly path: string;
}

interface Line {
  readonly type: string;
  readonly vmid?: number;
  readonly node: string;
}

const TASK_MS = 120_000;

/** Makes guests past the server under test, inside the range that is for scenarios, and takes all of them away. */
export class Fixtures extends ClusterReader {
  readonly #target: Target;
  #foreign: readonly number[] = [];

  constructor(target: Target) {
    super(target.address);
    this.#target = target;
  }

  /** Makes sure that the range is free, and notes what there is outside it. */
  async begin(): Promise<void> {
    const inside = await this.#guests(true);
    if (inside.length > 0)
      throw new ScenarioFailure(
        `the VMIDs for scenarios are in use (${inside.map(({ vmid }) => vmid).join(", ")}); take those guests away or choose another range`,
      );
    this.#foreign = (await this.#guests(false)).map(({ vmid = 0 }) => vmid);
  }

  /** The lowest VMID of the range that no guest has. */
  async freeVmid(): Promise<number> {
    const taken = (await this.#guests(true)).map(({ vmid }) => vmid);
    const { first, last } = this.#target.place.vmids;
    for (let vmid = first; vmid <= last; vmid++) if (!taken.includes(vmid)) return vmid;
    throw new ScenarioFailure(`no VMID from ${first} to ${last} is free`);
  }

  /** A small VM with a disk and a network device but no system. */
  async vm(state: "stopped" | "running" | "template"): Promise<MadeVm> {
    const { node, storage, bridge } = this.#target.place;
    const vmid = await this.freeVmid();
    const name = `scenario-${vmid}`;
    const path = `/nodes/${node}/qemu/${vmid}`;
    const hardware = { memory: "128", scsi0: `${storage}:1`, net0: `virtio,bridge=${bridge}` };
    await this.#task("POST", `/nodes/${node}/qemu`, { vmid: String(vmid), name, ...hardware });
    if (state === "running") await this.#task("POST", `${path}/status/start`);
    if (state === "template") await this.#task("POST", `${path}/template`);
    return { vmid, node, name, path };
  }

  /** Destroys every guest of the range. Throws where one stays, or where a guest outside has come or gone. */
  async sweep(): Promise<void> {
    for (const { type, node, vmid } of await this.#guests(true)) {
      const path = `/nodes/${node}/${type}/${vmid}`;
      await this.#task("POST", `${path}/status/stop`).catch(() => undefined);
      await this.#task("DELETE", `${path}?purge=1`);
    }
    const now = (await this.#guests(false)).map(({ vmid = 0 }) => vmid);
    const changed = [...now, ...this.#foreign].filter(
      (vmid) => now.includes(vmid) !== this.#foreign.includes(vmid),
    );
    if (changed.length > 0)
      throw new ScenarioFailure(`guests outside the range have come or gone: ${changed.join(", ")}`);
  }

  async #guests(inside: boolean): Promise<readonly Line[]> {
    const { first, last } = this.#target.place.vmids;
    const lines = await this.get<readonly Line[]>("/cluster/resources?type=vm");
    return lines.filter(({ vmid = 0 }) => (vmid >= first && vmid <= last) === inside);
  }

  /** Sends a request and waits for the task that it starts. */
  async #task(method: string, path: string, params: Readonly<Record<string, string>> = {}): Promise<void> {
    const { status, reason, data } = await this.exchange(
      method,
      path,
      new URLSearchParams(params).toString(),
    );
    if (status !== 200) throw new ScenarioFailure(`${method} ${path} answered ${status} ${reason}`);
    if (typeof data !== "string" || !data.startsWith("UPID:")) return;
    const [, node = ""] = data.split(":");
    const ended = await this.until<{ status: string; exitstatus?: string }>(
      `/nodes/${node}/tasks/${encodeURIComponent(data)}/status`,
      (task) => task.status === "stopped",
      `${method} ${path} ends`,
      TASK_MS,
    );
    if (!/^(?:OK|WARNINGS: \d+)$/.test(ended.exitstatus ?? ""))
      throw new ScenarioFailure(`${method} ${path} ended with ${ended.exitstatus}`);
  }
}
