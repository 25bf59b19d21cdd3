import { isWithin } from "../../sdk/risk.ts";
import { oneLine } from "../call/one-line.ts";
import type { Plan, PlanStep } from "../call/types.ts";
import { listOf } from "../policy/touches.ts";
import type { Redactor } from "../secrets/redact.ts";
import { objectParams } from "./object-params.ts";

type Guests = Plan["guests"];

const GUEST = /^\/nodes\/\{node\}\/(?:qemu|lxc)\/\{vmid\}(?:\/|$)/;
const CREATE = /^\/nodes\/\{node\}\/(?:qemu|lxc)$/;
/** More names than this are not typed one by one. */
const MOST_NAMES = 3;

/** The steps of a plan that cannot be undone. */
export function severeSteps({ steps }: Pick<Plan, "steps">): readonly PlanStep[] {
  return steps.filter(({ risk, step }) => !isWithin(risk, "write") && !isLook(step));
}

/** Reading a file takes as much trust as a change, and loses nothing. */
function isLook({ over }: PlanStep["step"]): boolean {
  return over?.by === "file" && over.action === "read";
}

/**
 * What a human types to agree to something that cannot be undone, on one line as it is shown: the name of the guest, or
 * of whatever else it is about; of several, all of them, or their number where there are many. Undefined where
 * all of a plan can be undone.
 */
export function nameToType(plan: Pick<Plan, "steps" | "guests">, redactor: Redactor): string | undefined {
  const names = [...new Set(severeSteps(plan).flatMap(({ step }) => namesOf(step, plan.guests)))];
  const text = names.length > MOST_NAMES ? `${names.length} objects` : names.join(" ");
  return oneLine(redactor.text(text)) || undefined;
}

function namesOf({ method, path, params }: PlanStep["step"], guests: Guests): readonly string[] {
  if (GUEST.test(path)) return plain(params.vmid).map((vmid) => guestName(vmid, guests));
  if (CREATE.test(path)) return guests.map(({ vmid }) => guestName(String(vmid), guests));
  const named = objectParams(`${method} ${path}`).map((name) => ({ name, values: plain(params[name]) }));
  const given = named.find(({ values }) => values.length > 0);
  if (given !== undefined) {
    const isGuests = given.name === "vmid" || given.name === "vms";
    return isGuests ? given.values.flatMap(listOf).map((vmid) => guestName(vmid, guests)) : given.values;
  }
  const [inPath] = [...path.matchAll(/\{([^}]+)\}/g)]
    .map(([, name = ""]) => plain(params[name]))
    .filter((values) => values.length > 0)
    .reverse();
  // What is not named at all, such as the lock of the SDN, goes by its path's last word.
  return inPath ?? path.split("/").slice(-1);
}

function guestName(vmid: string, guests: Guests): string {
  return guests.find((guest) => String(guest.vmid) === vmid)?.name || vmid;
}

/** Values that are known when planning. */
function plain(value: unknown): readonly string[] {
  if (Array.isArray(value)) return value.flatMap(plain);
  const isPlain = typeof value === "string" || typeof value === "number";
  return isPlain && value !== "" ? [String(value)] : [];
}
