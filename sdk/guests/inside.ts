import { Type } from "typebox";
import { ToolError } from "../errors.ts";
import type { ShellStep } from "../inside-steps.ts";
import type { GuestPlace } from "../places.ts";
import type { Guest } from "../reader.ts";
import { nameOfGuest } from "./words.ts";

/** What tools that run commands have in common; `commandTimeoutMs` is not how long the call waits. */
export const COMMAND_INPUTS = {
  stdin: Type.Optional(Type.String({ description: "Its input" })),
  commandTimeoutMs: Type.Optional(
    Type.Integer({ minimum: 100, maximum: 86_400_000, description: "Killed after; default 300000" }),
  ),
} as const;

const COMMAND_TIMEOUT_MS = 300_000;

/** What was given of {@link COMMAND_INPUTS}, as a step takes it. */
export function commandOptions(given: {
  readonly stdin?: string | undefined;
  readonly commandTimeoutMs?: number | undefined;
}): Pick<ShellStep, "stdin" | "timeoutMs"> {
  const { stdin, commandTimeoutMs: timeoutMs = COMMAND_TIMEOUT_MS } = given;
  return { timeoutMs, ...(stdin === undefined ? {} : { stdin }) };
}

/** The place inside a guest, for steps. Fails with `conflict` where it does not run: nothing inside is reached then. */
export function insideGuest(guest: Guest): GuestPlace {
  const { kind, node, vmid, status } = guest;
  if (status === "running") return { kind, node, vmid };
  throw new ToolError({
    code: "conflict",
    message: `${nameOfGuest(guest)} is ${status}: commands and files inside are reached only while it runs. Nothing was changed.`,
    next: `Start it first with ${kind === "qemu" ? "proxmox_vm_action" : "proxmox_lxc_action"}.`,
  });
}
