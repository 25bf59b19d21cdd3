import type { ClusterReader } from "./cluster-reader.ts";
import { ScenarioFailure } from "./expect.ts";

/** A run's view of the cluster. */
interface View {
  readonly cluster: Pick<ClusterReader, "get" | "until">;
}

/** Where a guest is found in the API, such as `/nodes/pve1/qemu/100`. */
interface GuestPath {
  readonly path: string;
}

/** A configuration as the API answers it. */
export type GuestConfig = Readonly<Record<string, unknown>>;

/** A guest as `/cluster/resources` lists it, with all that the line says. */
export interface GuestLine {
  readonly [key: string]: unknown;
  readonly type: "qemu" | "lxc";
  readonly vmid: number;
  readonly node: string;
  readonly name?: string;
  readonly status: string;
  readonly template?: number;
}

/** The lines of all VMs, containers and templates. */
export function guestLines({ cluster }: View): Promise<readonly GuestLine[]> {
  return cluster.get<readonly GuestLine[]>("/cluster/resources?type=vm");
}

/** The line of one guest, undefined where there is none. */
export async function guestLine(view: View, vmid: number): Promise<GuestLine | undefined> {
  return (await guestLines(view)).find((line) => line.vmid === vmid);
}

export function configOf({ cluster }: View, { path }: GuestPath): Promise<GuestConfig> {
  return cluster.get<GuestConfig>(`${path}/config`);
}

/** Waits until the guest's own status says so; a VM's is more exact there than in lists. */
export async function becomes({ cluster }: View, { path }: GuestPath, status: string): Promise<void> {
  await cluster.until<{ status: string; qmpstatus?: string }>(
    `${path}/status/current`,
    (current) => (current.qmpstatus ?? current.status) === status,
    `${path} becomes ${status}`,
    60_000,
  );
}

/** Waits until the cluster's list tells that a guest has run for a while, and so what it uses. */
export async function hasLoad({ cluster }: View, vmid: number): Promise<void> {
  await cluster.until<readonly GuestLine[]>(
    "/cluster/resources?type=vm",
    (lines) => lines.some((line) => line.vmid === vmid && Number(line.uptime) > 0 && Number(line.mem) > 0),
    `the load of guest ${vmid} is known`,
    60_000,
  );
}

/** Which figures of a load are missing from what a tool shows, while the API tells them. They change with every look. */
export function missingLoad(
  shown: Readonly<Record<string, unknown>> | undefined,
  told: Readonly<Record<string, unknown>> | undefined,
  keys: readonly string[],
): readonly string[] {
  return keys.filter((key) => Number(told?.[key]) > 0 && !(Number(shown?.[key]) > 0));
}

/** Names of the entries under which a configuration keeps volumes that the guest does not use. */
export function unusedIn(config: GuestConfig): readonly string[] {
  return Object.keys(config).filter((key) => /^unused\d+$/.test(key));
}

/** The size of a volume in GiB, as a configuration's value says it. Throws where it says none in whole GiB. */
export function gibOf(value: unknown): number {
  const [, gib] = /(?:^|,)size=(\d+)G(?:,|$)/.exec(String(value)) ?? [];
  if (gib === undefined) throw new ScenarioFailure(`${String(value)} has no size in GiB`);
  return Number(gib);
}
