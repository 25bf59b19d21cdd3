import { isStepRef } from "../../sdk/steps.ts";
import type { PlanStep } from "../call/types.ts";
import { MASK } from "../secrets/redact.ts";
import type { SeenEntry, UndoNote } from "./types.ts";

type Rule = (step: PlanStep, seen: readonly SeenEntry[]) => Omit<UndoNote, "step"> | undefined;

/** How each step that changes something is taken back, as far as its endpoint tells. */
export function undoNotes(steps: readonly PlanStep[], seen: readonly SeenEntry[]): readonly UndoNote[] {
  return steps
    .filter(({ risk, step }) => risk !== "read" && !isLook(step))
    .map((step) => ({ step: step.step.id, ...noteOf(step, seen) }));
}

/** A file that is only read takes as much trust as a change, and leaves nothing to undo. */
function isLook({ over }: PlanStep["step"]): boolean {
  return over?.by === "file" && over.action === "read";
}

function noteOf(step: PlanStep, seen: readonly SeenEntry[]): Omit<UndoNote, "step"> {
  for (const rule of RULES) {
    const note = rule(step, seen);
    if (note !== undefined) return note;
  }
  return step.risk === "write"
    ? { how: "manual", text: "no opposite step is known here; look at the object before and after" }
    : { how: "none", text: "cannot be undone" };
}

const GUEST = /^\/nodes\/\{node\}\/(?:qemu|lxc)\/\{vmid\}/;

/** In this order; the first that knows a step says how. */
const RULES: readonly Rule[] = [
  power,
  snapshots,
  guestConfig,
  newGuest,
  ({ step }) =>
    /\/resize$/.test(step.path)
      ? { how: "none", text: "a disk that has grown cannot be made smaller" }
      : undefined,
  ({ step }) =>
    GUEST.test(step.path) && step.path.endsWith("/migrate")
      ? { how: "manual", text: `migrate it back to ${String(step.params.node)}` }
      : undefined,
  ({ step }) =>
    step.path === "/nodes/{node}/network" && step.method === "PUT"
      ? {
          how: "manual",
          text: "only on the node itself, should it no longer answer: /etc/network/interfaces",
        }
      : undefined,
  ({ step }) =>
    /\/content\/\{volume\}$/.test(step.path) && step.method === "DELETE"
      ? { how: "none", text: "the volume's data is lost; only a backup brings it back" }
      : undefined,
  objectConfig,
  newObject,
];

function power({ step }: PlanStep): Omit<UndoNote, "step"> | undefined {
  const [, action = ""] = GUEST.test(step.path) ? (/\/status\/([a-z]+)$/.exec(step.path) ?? []) : [];
  switch (action) {
    case "start":
      return { how: "manual", text: "shut it down again" };
    case "resume":
      return { how: "manual", text: "suspend it again" };
    case "suspend":
      return { how: "manual", text: "resume it" };
    case "shutdown":
      return { how: "manual", text: "start it again" };
    case "stop":
    case "reset":
    case "reboot":
      return { how: "none", text: "what the guest had not saved is lost; it can only be started again" };
    default:
      return undefined;
  }
}

function snapshots({ step }: PlanStep): Omit<UndoNote, "step"> | undefined {
  if (!GUEST.test(step.path) || !step.path.includes("/snapshot")) return undefined;
  if (step.path.endsWith("/rollback")) {
    return {
      how: "none",
      text: "the state since the snapshot is lost, unless another snapshot is taken before",
    };
  }
  if (step.method === "DELETE") return { how: "none", text: "a deleted snapshot cannot be brought back" };
  return step.path.endsWith("/snapshot") ? { how: "manual", text: "delete the snapshot again" } : undefined;
}

function guestConfig({ step, diff, risk }: PlanStep): Omit<UndoNote, "step"> | undefined {
  if (diff === undefined || step.method === "DELETE" || risk === "destructive") return undefined;
  if (diff.length === 0) return { how: "inverse", text: "nothing to undo: no key changes" };
  const hidden = diff.filter(({ before }) => before?.includes(MASK)).map(({ key }) => key);
  const shown = diff.map(({ key }) => key).filter((key) => !hidden.includes(key));
  const texts = [
    ...(shown.length === 0 ? [] : [`set ${shown.join(", ")} back to what the diff shows`]),
    ...(hidden.length === 0
      ? []
      : [`what ${hidden.join(", ")} was is a secret that only its owner can set again`]),
  ];
  return { how: hidden.length === 0 ? "inverse" : "manual", text: texts.join("; ") };
}

function newGuest({ step, risk }: PlanStep): Omit<UndoNote, "step"> | undefined {
  const isNew =
    /^\/nodes\/\{node\}\/(?:qemu|lxc)$/.test(step.path) && step.method === "POST" && risk === "write";
  const vmid = step.path.endsWith("/clone") ? step.params.newid : isNew ? step.params.vmid : undefined;
  if (vmid !== undefined) {
    return { how: "manual", text: `destroy ${isStepRef(vmid) ? "the new guest" : `guest ${String(vmid)}`}` };
  }
  if (!GUEST.test(step.path) || !/\{vmid\}$/.test(step.path) || step.method !== "DELETE") return undefined;
  return { how: "none", text: "the guest and its disks are gone; only a backup brings them back" };
}

/** Other objects whose content before is known. */
function objectConfig(
  { step, shownPath }: PlanStep,
  seen: readonly SeenEntry[],
): Omit<UndoNote, "step"> | undefined {
  if (GUEST.test(step.path) && !step.path.includes("/firewall/")) return undefined;
  const known = seen.find(
    ({ entry }) => (entry.kind === "content" || entry.kind === "config") && entry.path === shownPath,
  );
  if (known === undefined || known.values === undefined) return undefined;
  return step.method === "DELETE"
    ? { how: "manual", text: "make it again with the values it has now" }
    : { how: "inverse", text: "set it back to the values it has now" };
}

function newObject({ step, risk }: PlanStep): Omit<UndoNote, "step"> | undefined {
  if (step.method !== "POST" || risk !== "write" || step.path.startsWith("/nodes/")) return undefined;
  return { how: "inverse", text: "delete it again" };
}
