import { setTimeout as delay } from "node:timers/promises";
import { ScenarioFailure } from "./expect.ts";
import { guestLines } from "./guests.ts";
import { lookUp } from "./lookups.ts";
import { SignInFixtures } from "./sign-in-fixtures.ts";
import { Sweeper } from "./sweeper.ts";
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

/**
 * Makes guests past the server under test, inside the range that is for scenarios, and takes all of them away, with
 * whatever else a scenario made.
 */
export class Fixtures extends SignInFixtures {
  readonly #sweeper: Sweeper;

  constructor(target: Target) {
    super(target);
    this.#sweeper = new Sweeper(this, target.place);
  }

  /** Makes sure that nothing is there that a scenario could have made, and notes what else there is. */
  begin(): Promise<void> {
    return this.#sweeper.begin();
  }

  /** Takes away what scenarios made. Throws where something stays, or where something else has come or gone. */
  sweep(): Promise<void> {
    return this.#sweeper.sweep();
  }

  /** The lowest VMID of the range that no guest has. */
  async freeVmid(): Promise<number> {
    const taken = (await guestLines({ cluster: this })).map(({ vmid }) => vmid);
    const { first, last } = this.target.place.vmids;
    for (let vmid = first; vmid <= last; vmid++) if (!taken.includes(vmid)) return vmid;
    throw new ScenarioFailure(`no VMID from ${first} to ${last} is free`);
  }

  /**
   * A small VM with a disk `scsi0` of 1 GiB and a network device but no system, so that it never shuts down by itself;
   * on the place's node unless told another.
   */
  async vm(state: MadeState, options: FixtureOptions = {}, node?: string): Promise<MadeGuest> {
    const { storage, bridge } = this.target.place;
    const hardware = { memory: "128", scsi0: `${storage}:1`, net0: `virtio,bridge=${bridge}` };
    return this.#made("qemu", state, (name) => ({ name, ...hardware, ...options }), node);
  }

  /**
   * A running VM whose guest agent answers, copied from the place's template. The system in it is one whose agent
   * reads `/etc/qemu/qemu-ga.conf`, as Debian's does; `disabled` names commands such as `guest-fstrim` to turn off.
   */
  async vmWithAgent(disabled: readonly string[] = []): Promise<MadeGuest> {
    const template = await lookUp("guest agent", { cluster: this, place: this.target.place });
    const source = (await guestLines({ cluster: this })).find(({ vmid }) => String(vmid) === template);
    if (source === undefined) throw new ScenarioFailure("the cluster lacks a template with a guest agent");
    const { node } = source;
    const vmid = await this.freeVmid();
    const made = { vmid, node, name: `scenario-${vmid}`, path: `/nodes/${node}/qemu/${vmid}` };
    const copy = { newid: String(vmid), name: made.name };
    await this.change("POST", `/nodes/${node}/qemu/${source.vmid}/clone`, copy);
    await this.change("POST", `${made.path}/status/start`);
    await this.#agentAnswers(made);
    if (disabled.length > 0) await this.#disable(made, disabled);
    return made;
  }

  /** A small container from a template of the cluster, with a root file system of 1 GiB and a network device. */
  async container(state: MadeState, options: FixtureOptions = {}): Promise<MadeGuest> {
    const { place } = this.target;
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
    node = this.target.place.node,
  ): Promise<MadeGuest> {
    const vmid = await this.freeVmid();
    const name = `scenario-${vmid}`;
    const path = `/nodes/${node}/${kind}/${vmid}`;
    await this.change("POST", `/nodes/${node}/${kind}`, { vmid: String(vmid), ...options(name) });
    if (state === "running") await this.change("POST", `${path}/status/start`);
    if (state === "template") await this.#convert(path);
    return { vmid, node, name, path };
  }

  /** A container's conversion goes on after the answer, which names no task. */
  async #convert(path: string): Promise<void> {
    await this.change("POST", `${path}/template`);
    const isDone = ({ template }: { readonly template?: number }) => template === 1;
    await this.until(`${path}/config`, isDone, `${path} is a template`, TASK_MS);
  }

  /** Turns commands of the agent off; it reads its file when the system starts. */
  async #disable(made: MadeGuest, disabled: readonly string[]): Promise<void> {
    const content = `[general]\nblock-rpcs=${disabled.join(",")}\n`;
    await this.change("POST", `${made.path}/agent/file-write`, { file: BLOCKS_FILE, content });
    await this.change("POST", `${made.path}/status/reboot`);
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
}
