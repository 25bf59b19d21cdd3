import type { ClusterWriter } from "./cluster-writer.ts";
import { ScenarioFailure } from "./expect.ts";
import { type GuestLine, guestLines } from "./guests.ts";
import { objectsOn, ownVolumes, removeObject, removeVolume } from "./own-objects.ts";
import type { Place } from "./target.ts";

const SETTLED_MS = 60_000;

/** Takes away what scenarios made on a cluster that is not theirs, and watches over the rest. */
export class Sweeper {
  #foreign: readonly string[] = [];

  constructor(
    private readonly cluster: ClusterWriter,
    private readonly place: Place,
  ) {}

  /** Makes sure that nothing is there that a scenario could have made, and notes what else there is. */
  async begin(): Promise<void> {
    const guests = (await this.#guests(true)).map(({ vmid }) => `guest ${vmid}`);
    const objects = (await objectsOn(this.cluster)).filter(({ own }) => own).map(({ label }) => label);
    const volumes = (await ownVolumes(this.cluster, this.place)).map(({ volid }) => `volume ${volid}`);
    const found = [...guests, ...objects, ...volumes];
    if (found.length > 0)
      throw new ScenarioFailure(
        `what is for scenarios alone is in use (${found.join(", ")}); take that away, or choose another range of VMIDs`,
      );
    this.#foreign = await this.#others();
  }

  /**
   * Destroys every guest of the range and deletes what else scenarios made. Throws where something stays, or where
   * something else has come or gone.
   */
  async sweep(): Promise<void> {
    const faults: string[] = [];
    const attempt = (work: Promise<void>) =>
      work.catch(
        (error: unknown) => void faults.push(error instanceof Error ? error.message : String(error)),
      );
    await attempt(this.#settle());
    await attempt(this.#destroyGuests());
    for (const volume of await ownVolumes(this.cluster, this.place))
      await attempt(removeVolume(this.cluster, volume));
    for (const object of await objectsOn(this.cluster))
      if (object.own) await attempt(removeObject(this.cluster, object));
    const now = await this.#others();
    const changed = [...now, ...this.#foreign].filter(
      (label) => now.includes(label) !== this.#foreign.includes(label),
    );
    if (changed.length > 0) faults.push(`what is not of a scenario has come or gone: ${changed.join(", ")}`);
    if (faults.length > 0) throw new ScenarioFailure(faults.join("; "));
  }

  /** A scenario that failed may have left tasks that still hold its guests. */
  async #settle(): Promise<void> {
    const { first, last } = this.place.vmids;
    await this.cluster.until<readonly { id?: string; endtime?: number }[]>(
      "/cluster/tasks",
      (tasks) =>
        tasks.every(
          ({ id, endtime }) => endtime !== undefined || !(Number(id) >= first && Number(id) <= last),
        ),
      "no task works on a guest of scenarios",
      SETTLED_MS,
    );
  }

  async #destroyGuests(): Promise<void> {
    for (let left = await this.#guests(true); left.length > 0; ) {
      const failures: Error[] = [];
      for (const guest of left) await this.#destroy(guest).catch((error: Error) => failures.push(error));
      const now = await this.#guests(true);
      // A template goes only after the copies that rest on it, so what failed is tried again while others go.
      if (now.length > 0 && now.length === left.length)
        throw failures[0] ?? new ScenarioFailure("guests of the range stay");
      left = now;
    }
  }

  async #destroy({ type, node, vmid }: GuestLine): Promise<void> {
    const path = `/nodes/${node}/${type}/${vmid}`;
    await this.cluster.change("POST", `${path}/status/stop`).catch(() => undefined);
    await this.cluster.change("PUT", `${path}/config`, { protection: "0" }).catch(() => undefined);
    await this.cluster.change("DELETE", `${path}?purge=1&destroy-unreferenced-disks=1`);
  }

  async #guests(inside: boolean): Promise<readonly GuestLine[]> {
    const { first, last } = this.place.vmids;
    const lines = await guestLines({ cluster: this.cluster });
    return lines.filter(({ vmid }) => (vmid >= first && vmid <= last) === inside);
  }

  /** Guests and objects that no scenario made. */
  async #others(): Promise<readonly string[]> {
    const guests = (await this.#guests(false)).map(({ vmid }) => `guest ${vmid}`);
    const objects = (await objectsOn(this.cluster)).filter(({ own }) => !own).map(({ label }) => label);
    return [...guests, ...objects];
  }
}
