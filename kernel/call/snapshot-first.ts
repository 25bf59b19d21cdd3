import { randomBytes } from "node:crypto";
import { ToolError } from "../../sdk/errors.ts";
import { highestRisk } from "../../sdk/risk.ts";
import type { PlannedStep } from "../../sdk/steps.ts";
import type { Catalog } from "../../vendor/pve-docs/types.ts";
import type { ClusterAccess } from "../tokens.ts";
import { missingEndpoint } from "./endpoints.ts";
import { asSchema } from "./json-schema.ts";
import { GUEST_PART, NOT_HELD } from "./snapshot-offer.ts";
import { guestLabel } from "./targets.ts";
import type { Plan, PlanGuest, PlanStep } from "./types.ts";
import { fromUpstream } from "./upstream-errors.ts";

/**
 * The plan with a snapshot of its guest as the first step: without memory, under a name of ours. The first failure
 * stops a plan, so nothing else runs where it cannot be taken. Throws ToolError where it would be of no use
 * or the guest cannot be snapshotted.
 */
export async function withSnapshot(plan: Plan, access: ClusterAccess, signal: AbortSignal): Promise<Plan> {
  const changes = plan.steps.filter(({ risk }) => risk !== "read");
  if (changes.length === 0) return plan;
  const guest = onlyGuest(plan, changes);
  for (const step of changes) refuseUseless(step, guest);
  await refuseUnable(guest, access, signal);
  const first = await snapshotStep(plan, guest, access);
  return { ...plan, risk: highestRisk([plan.risk, first.risk]), steps: [first, ...plan.steps] };
}

function onlyGuest({ guests, tool }: Plan, changes: readonly PlanStep[]): PlanGuest {
  const [guest, ...others] = guests;
  const vmids = new Set(
    changes.map(({ step }) => (GUEST_PART.test(step.path) ? String(step.params.vmid) : "")),
  );
  if (guest !== undefined && others.length === 0 && vmids.size === 1 && vmids.has(String(guest.vmid)))
    return guest;
  throw useless(
    `${tool} changes here something other than one existing guest, so there is no one guest to snapshot.`,
    "Leave snapshotFirst out.",
  );
}

function refuseUseless({ step }: PlanStep, guest: PlanGuest): void {
  const rest = GUEST_PART.exec(step.path)?.[1] ?? "";
  if (step.method === "DELETE" && rest === "") {
    throw useless(
      `Destroying ${guestLabel(guest)} removes its snapshots with it, so snapshotFirst saves nothing.`,
      "Make a backup first with proxmox_backup_start, then call again without snapshotFirst.",
    );
  }
  if (rest === "/template") {
    throw useless(
      `${guestLabel(guest)} cannot become a template while it has snapshots.`,
      "Leave snapshotFirst out, or make a backup first with proxmox_backup_start.",
    );
  }
  if (NOT_HELD.test(rest)) {
    throw useless(
      `A snapshot does not hold what ${step.method} ${step.path} changes.`,
      "Leave snapshotFirst out.",
    );
  }
}

function useless(message: string, next: string): ToolError {
  return new ToolError({ code: "invalid_input", message: `${message} Nothing was changed.`, next });
}

async function refuseUnable(guest: PlanGuest, access: ClusterAccess, signal: AbortSignal): Promise<void> {
  const { kind, vmid, node } = guest;
  const path = `/nodes/{node}/${kind}/{vmid}/feature`;
  const endpoint = await endpointOf(`GET ${path}`, await access.catalog());
  const params = { node, vmid, feature: "snapshot" };
  const what = `Asking whether ${guestLabel(guest)} can be snapshotted`;
  const answer = await access.rest.read({ endpoint, params, signal }).catch((error: unknown) => {
    throw fromUpstream(error, { what, signal });
  });
  if (Number(asSchema(answer).hasFeature ?? 0) === 1) return;
  throw new ToolError({
    code: "unsupported",
    message: `${guestLabel(guest)} cannot be snapshotted: the storage or format of a disk does not support it. Nothing was changed.`,
    next: "Make a backup first with proxmox_backup_start and call again without snapshotFirst.",
  });
}

async function snapshotStep(plan: Plan, guest: PlanGuest, access: ClusterAccess): Promise<PlanStep> {
  const { kind, vmid, node } = guest;
  const path = `/nodes/{node}/${kind}/{vmid}/snapshot`;
  const catalog = await access.catalog();
  const endpoint = await endpointOf(`POST ${path}`, catalog);
  const snapname = newName();
  const params = { node, vmid, snapname, description: `Before ${plan.tool}` };
  const risk = catalog.risk(endpoint, params);
  const step: PlannedStep = {
    id: freeId(plan),
    via: "rest",
    method: "POST",
    path,
    params,
    risk,
    note: `Takes the snapshot ${snapname} of ${guestLabel(guest)} before anything else, without its memory`,
  };
  const shownPath = `/nodes/${node}/${kind}/${vmid}/snapshot`;
  return { step, endpoint, shownPath, risk, privileges: catalog.privileges(endpoint, params) };
}

async function endpointOf(key: string, catalog: Catalog) {
  const endpoint = catalog.endpoint(key);
  if (endpoint === undefined) throw await missingEndpoint(key, catalog);
  return endpoint;
}

/** `mcp-20261122-163000-1f0c`: when it was planned, and something that two calls do not share. */
function newName(): string {
  const [day = "", time = ""] = new Date().toISOString().replaceAll(/[-:]/g, "").split(/[T.]/);
  return `mcp-${day}-${time}-${randomBytes(2).toString("hex")}`;
}

function freeId({ steps }: Plan): string {
  const taken = new Set(steps.map(({ step }) => step.id));
  let id = "snapshot";
  for (let count = 2; taken.has(id); count += 1) id = `snapshot${count}`;
  return id;
}
