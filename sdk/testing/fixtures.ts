import { setTimeout as delay } from "node:timers/promises";
import { ClusterReader } from "./cluster-reader.ts";
import { ScenarioFailure } from "./expect.ts";
import { type GuestLine, guestLines } from "./guests.ts";
import { lookUp } from "./lookups.ts";
import type { Target } from "./target.ts";

/** A guest that a scenario made to work on. */
export interface MadeGuest {
  readonly vmid: number;
  readonly node: string;
  readonly name: string;
  /** Its path in the API. */
  readonly path: string;
}

type MadeState = "stopped" | "running" | "template";

/** Options as the API takes them, beside or instead of the usual ones. */
export type FixtureOptions = Readonly<Record<string, string>>;

const TASK_MS = 120_000;
const BLOCKS_FILE = "/etc/qemu/qemu-ga.conf";

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
    this.#foreign = (await this.#guests(false)).map(({ vmid }) => vmid);
  }

  /** The lowest VMID of the range that no guest has. */
  async freeVmid(): Promise<number> {
    const taken = (await this.#guests(true)).map(({ vmid }) => vmid);
    const { first, last } = this.#target.place.vmids;
    for (let vmid = first; vmid <= last; vmid++) if (!taken.includes(vmid)) return vmid;
    throw new ScenarioFailure(`no VMID from ${first} to ${last} is free`);
  }

  /** A small VM with a disk `scsi0` of 1 GiB and a network device but no system, so that it never shuts down by itself. */
  async vm(state: MadeState, options: FixtureOptions = {}): Promise<MadeGuest> {
    const { storage, bridge } = this.#target.place;
    const hardware = { memory: "128", scsi0: `${storage}:1`, net0: `virtio,bridge=${bridge}` };
    return this.#made("qemu", state, (name) => ({ name, ...hardware, ...options }));
  }

  /**
   * A running VM whose guest agent answers, copied from the place's template. The system in it is one whose agent
   * reads `/etc/qemu/qemu-ga.conf`, as Debian's does; `disabled` names commands such as `guest-fstrim` to turn off.
   */
  async vmWithAgent(disabled: readonly string[] = []): Promise<MadeGuest> {
    const template = await lookUp("guest agent", { cluster: this, place: this.#target.place });
    const source = (await guestLines({ cluster: this })).find(({ vmid }) => String(vmid) === template);
    if (source === undefined) throw new ScenarioFailure("the cluster lacks a template with a guest agent");
    const { node } = source;
    const vmid = await this.freeVmid();
    const made = { vmid, node, name: `scenario-${vmid}`, path: `/nodes/${node}/qemu/${vmid}` };
    const copy = { newid: String(vmid), name: made.name };
    await this.#task("POST", `/nodes/${node}/qemu/${source.vmid}/clone`, copy);
    await this.#task("POST", `${made.path}/status/start`);
    await this.#agentAnswers(made);
    if (disabled.length > 0) await this.#disable(made, disabled);
    return made;
  }

  /** A small container from a template of the cluster, with a root file system of 1 GiB and a network device. */
  async container(state: MadeState, options: FixtureOptions = {}): Promise<MadeGuest> {
    const { place } = this.#target;
    const ostemplate = await lookUp("container template", { cluster: this, place });
    if (ostemplate === undefined) throw new ScenarioFailure("the cluster lacks a container template");
    const net0 = `name=eth0,bridge=${place.bridge}`;
    const parts = { ostemplate, memory: "128", rootfs: `${place.storage}:1`, net0, unprivileged: "1" };
    return this.#made("lxc", state, (hostname) => ({ hostname, ...parts, ...options }));
  }

  async #made(
    kind: "qemu" | "lxc",
    state: MadeState,
    options: (name: string) => FixtureOptions,
  ): Promise<MadeGuest> {
    const { node } = this.#target.place;
    const vmid = await this.freeVmid();
    const name = `scenario-${vmid}`;
    const path = `/nodes/${node}/${kind}/${vmid}`;
    await this.#task("POST", `/nodes/${node}/${kind}`, { vmid: String(vmid), ...options(name) });
    if (state === "running") await this.#task("POST", `${path}/status/start`);
    if (state === "template") await this.#task("POST", `${path}/template`);
    return { vmid, node, name, path };
  }

  /** Turns commands of the agent off; it reads its file when the system starts. */
  async #disable(made: MadeGuest, disabled: readonly string[]): Promise<void> {
    const content = `[general]\nblock-rpcs=${disabled.join(",")}\n`;
    await this.#task("POST", `${made.path}/agent/file-write`, { file: BLOCKS_FILE, content });
    await this.#task("POST", `${made.path}/status/reboot`);
    await this.until<{ uptime?: number; status: string }>(
      `${made.path}/status/current`,
      ({ status }) => status === "running",
      `VM ${made.vmid} runs again`,
      TASK_MS,
    );
    await this.#agentAnswers(made);
  }

  async #agentAnswers({ path, vmid }: MadeGuest): Promise<void> {
    const end = Date.now() + TASK_MS;
    while ((await this.exchange("POST", `${path}/agent/ping`)).status !== 200) {
      if (Date.now() > end) throw new ScenarioFailure(`the guest agent of VM ${vmid} does not answer`);
      await delay(200);
    }
  }

  /** Destroys every guest of the range. Throws where one stays, or where a guest outside has come or gone. */
  async sweep(): Promise<void> {
    for (let left = await this.#guests(true); left.length > 0; ) {
      const failures: Error[] = [];
      for (const guest of left) await this.#destroy(guest).catch((error: Error) => failures.push(error));
      const now = await this.#guests(true);
      // A template goes only after the copies that rest on it, so what failed is tried again while others go.
      if (now.length > 0 && now.length === left.length)
        throw failures[0] ?? new ScenarioFailure("guests of the range stay");
      left = now;
    }
    const now = (await this.#guests(false)).map(({ vmid }) => vmid);
    const changed = [...now, ...this.#foreign].filter(
      (vmid) => now.includes(vmid) !== this.#foreign.includes(vmid),
    );
    if (changed.length > 0)
      throw new ScenarioFailure(`guests outside the range have come or gone: ${changed.join(", ")}`);
  }

  async #destroy({ type, node, vmid }: GuestLine): Promise<void> {
    const path = `/nodes/${node}/${type}/${vmid}`;
    await this.#task("POST", `${path}/status/stop`).catch(() => undefined);
    await this.#task("DELETE", `${path}?purge=1&destroy-unreferenced-disks=1`);
  }

  async #guests(inside: boolean): Promise<readonly GuestLine[]> {
    const { first, last } = this.#target.place.vmids;
    const lines = await guestLines({ cluster: this });
    return lines.filter(({ vmid }) => (vmid >= first && vmid <= last) === inside);
  }

  /** Sends a request and waits for the task that it starts. */
  async #task(method: string, path: string, params: FixtureOptions = {}): Promise<void> {
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
