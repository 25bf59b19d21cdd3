import type { Guest } from "../../../sdk/reader.ts";
import type { RestStep } from "../../../sdk/steps.ts";
import type { Plan } from "../../call/types.ts";
import type { Affected } from "../types.ts";
import type { Look, Seen } from "./look.ts";

/** Objects that are named; the figure tells the rest. */
const MOST_NAMED = 10;

/** What one kind of look came to. */
export interface Found {
  readonly affected: readonly Omit<Affected, "kind">[];
  /** What could not be looked at, in words. */
  readonly unseen: readonly string[];
}

/** One kind of surroundings: when a plan concerns it, and how to look. */
export interface Probe {
  readonly kind: string;
  /** What is looked for, in words, to say that there was none. */
  readonly what: string;
  /** The look that a plan calls for; undefined where it does not concern this kind. Never rejects. */
  look(plan: Plan, look: Look): Promise<Found> | undefined;
}

/** A step that writes, with the values that are known when planning. */
export interface Write {
  readonly method: RestStep["method"];
  readonly path: string;
  /** Values by parameter as text, lists with commas. */
  readonly params: ReadonlyMap<string, string>;
}

/** The plan's steps that change something over REST. */
export function writes({ steps }: Pick<Plan, "steps">): readonly Write[] {
  return steps.flatMap(({ step, risk }) => {
    if (risk === "read" || step.via !== "rest") return [];
    const known = Object.entries(step.params).filter(([, value]) => isPlain(value));
    return [
      {
        method: step.method,
        path: step.path,
        params: new Map(known.map(([name, value]) => [name, String(value)])),
      },
    ];
  });
}

/** The values of a parameter in the steps that pass, each once. */
export function valuesOf(plan: Plan, name: string, passes: (write: Write) => boolean): readonly string[] {
  const values = writes(plan)
    .filter(passes)
    .flatMap(({ params }) => params.get(name) ?? []);
  return [...new Set(values)];
}

/** Several looks as one. */
export async function together(looks: readonly Promise<Found>[]): Promise<Found> {
  const found = await Promise.all(looks);
  return {
    affected: found.flatMap(({ affected }) => affected),
    unseen: [...new Set(found.flatMap(({ unseen }) => unseen))],
  };
}

/** What seeing rows leads to; what was not seen is told under that heading. */
export function whenSeen<T>(seen: Seen<T>, what: string, find: (value: T) => Found): Found {
  if (seen.kind === "absent") return NOTHING;
  return seen.kind === "seen" ? find(seen.value) : { affected: [], unseen: [`${what} (${seen.why})`] };
}

/** Nothing of the kind. */
export const NOTHING: Found = { affected: [], unseen: [] };

/** Objects in one finding; nothing where there are none. */
export function some(
  text: string,
  objects: readonly string[],
  remarks: readonly (string | undefined)[] = [],
): Found {
  const unseen = remarks.filter((remark) => remark !== undefined);
  if (objects.length === 0) return { affected: [], unseen };
  return { affected: [{ text, objects: objects.slice(0, MOST_NAMED), total: objects.length }], unseen };
}

/** `VM 100 (web1)`. */
export function guestName({ kind, vmid, name }: Pick<Guest, "kind" | "vmid" | "name">): string {
  return `${kind === "lxc" ? "CT" : "VM"} ${vmid} (${name})`;
}

/** `3 guests`, `1 guest`. */
export function count(total: number, one: string, many = `${one}s`): string {
  return `${total} ${total === 1 ? one : many}`;
}

/** The parts of a list as Proxmox VE writes them. */
export function listed(value: unknown): readonly string[] {
  return typeof value === "string" || typeof value === "number"
    ? String(value)
        .split(/[,; ]+/)
        .filter((part) => part !== "")
    : [];
}

function isPlain(value: unknown): boolean {
  if (Array.isArray(value)) return value.every(isPlain);
  return typeof value === "string" || typeof value === "number" || typeof value === "boolean";
}
