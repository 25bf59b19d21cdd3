import { permError } from "../errors.ts";
import { isHaManaged } from "../ha/state.ts";
import type { TaskHandle } from "../tasks/types.ts";
import type { LabGuest, LabRequest } from "../types.ts";

/** On everything, `further` ones too, or on each guest that is named. */
export function requirePrivilege(
  { params, check, may }: LabRequest,
  privilege: string,
  further: readonly string[] = [],
): void {
  const all = [privilege, ...further];
  if (may("/", all)) return;
  const named = params.list("vms");
  if (named.length === 0) throw permError(`/, ${all.join(" && ")}`);
  for (const vmid of named) check(`/vms/${vmid}`, [privilege]);
}

/** A guest with its place in the starting order; `up` and `down` in seconds. */
export interface Ordered {
  readonly guest: LabGuest;
  readonly order: number;
  readonly up: number | undefined;
  readonly down: number | undefined;
}

/**
 * Guests of the node in starting order: those that are named, or all that HA does not look after. Templates neither
 * start nor stop.
 */
export function guestsOf(request: LabRequest, keeps: (guest: LabGuest) => boolean): Ordered[] {
  const { lab, params } = request;
  return guestsNamed(request)
    .filter((guest) => guest.config.get("template") !== "1")
    .filter((guest) => params.has("vms") || !isHaManaged(lab.state, guest))
    .filter(keeps)
    .map((guest) => ({ guest, ...startupOf(guest) }))
    .sort((a, b) => a.order - b.order || a.guest.vmid - b.guest.vmid);
}

/** Guests of the node that are named, or all, templates and those under HA too. */
export function guestsNamed({ lab, node, params }: LabRequest): readonly LabGuest[] {
  const named = params.has("vms") ? new Set(params.list("vms").map(Number)) : undefined;
  return [...lab.state.guests.values()].filter(
    ({ node: where, vmid }) => where === node.name && (named?.has(vmid) ?? true),
  );
}

/** A guest's place in the starting order, as its configuration says. */
export function startupOf(guest: LabGuest): Omit<Ordered, "guest"> {
  const text = guest.config.get("startup") ?? "";
  const field = (name: string): number | undefined => {
    const found = new RegExp(`(?:^|,)${name}=(\\d+)`).exec(text)?.[1];
    return found === undefined ? undefined : Number(found);
  };
  const bare = /^\d+$/.exec(text)?.[0];
  return { order: field("order") ?? Number(bare ?? 99_999), up: field("up"), down: field("down") };
}

/** A guest as logs call it. */
export function label(guest: LabGuest): string {
  return `${guest.kind === "lxc" ? "CT" : "VM"} ${guest.vmid}`;
}

/** Waits for a child; what goes wrong with it is told in the parent's log. */
export async function follow(
  task: TaskHandle,
  doing: string,
  guest: LabGuest,
  upid: Promise<string>,
): Promise<void> {
  try {
    const status = await task.ended(await upid);
    if (isError(status)) task.log(`${doing} ${label(guest)} failed: ${status}`);
  } catch (error) {
    task.log(messageOf(error));
  }
}

/** So many at once; where left out as many as the default of a small node. */
export async function inParallel<T>(
  items: readonly T[],
  work: (item: T) => Promise<void>,
  most = 4,
): Promise<void> {
  const left = [...items];
  const lane = async (): Promise<void> => {
    for (let item = left.shift(); item !== undefined; item = left.shift()) await work(item);
  };
  await Promise.all(Array.from({ length: Math.max(1, most) }, lane));
}

/** Whether an exit status means failure; warnings do not. */
export function isError(status: string): boolean {
  return status !== "OK" && !status.startsWith("WARNINGS:");
}

/** The text of something thrown. */
export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
