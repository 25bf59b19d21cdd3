import { joinPool } from "../qemu/pool.ts";
import { volumePath } from "../storage/paths.ts";
import type { TaskHandle } from "../tasks/types.ts";
import type { GuestConfig, LabCore, LabGuest, LabRequest } from "../types.ts";
import { written } from "./container.ts";
import { storageIdOf } from "./mount-point.ts";

/** What is to be made, checked. */
export interface NewContainer {
  readonly vmid: number;
  readonly archive: string;
  /** Options without mount points, in the form they are kept in. */
  readonly config: GuestConfig;
  /** Mount points as asked for. */
  readonly points: ReadonlyMap<string, string>;
  /** Storage of volumes that name none. */
  readonly storage: string;
  readonly unprivileged: boolean | undefined;
}

/** Sets what every container has and takes it out of the hands of its creation. */
export function complete(guest: LabGuest, config: GuestConfig): void {
  const defaults = { hostname: `CT${guest.vmid}`, memory: "512", swap: "512" };
  for (const [name, value] of Object.entries(defaults)) if (!config.has(name)) config.set(name, value);
  guest.config = config;
  written(guest);
}

/** Unpacks an archive, which takes some seconds. */
export async function extract({ state }: LabCore, archive: string, task: TaskHandle): Promise<void> {
  const storage = state.storages.get(storageIdOf(archive));
  // A backup server sends files, there is no archive to unpack.
  if (storage !== undefined && storage.type !== "pbs")
    task.log(`extracting archive '${volumePath(storage, archive)}'`);
  await task.takes(4000);
}

/** What is asked for after a container was made: its pool, a first start, HA. */
export async function finish(request: LabRequest, guest: LabGuest, task: TaskHandle): Promise<void> {
  const { lab, params, caller } = request;
  const pool = params.text("pool");
  if (pool !== undefined) joinPool(lab.state, pool, guest.vmid);
  const start = params.flag("start");
  if (start) {
    const target = { node: guest.node, vmid: guest.vmid };
    await lab.invoke("POST /nodes/{node}/lxc/{vmid}/status/start", target, caller);
  }
  if (!params.flag("ha-managed")) return;
  task.log("Add as HA resource");
  guest.ha = { state: start ? "started" : "stopped" };
}
