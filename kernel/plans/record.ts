import { createHash } from "node:crypto";
import { privilegesText } from "../../vendor/pve-docs/index.ts";
import { describeStep } from "../call/shape-plan.ts";
import type { DiffEntry, PlanStep } from "../call/types.ts";
import { nameToType } from "../consent/object-name.ts";
import type { Owner } from "../jobs/owner.ts";
import type { Redactor } from "../secrets/redact.ts";
import { recordDigest } from "./files.ts";
import type {
  BlastRadius,
  FingerprintEntry,
  KeptPlan,
  PlanFacts,
  PlanRecord,
  RecordedStep,
} from "./types.ts";

/** Parameters that are no secret, yet open a door: the file tells them apart without saying them. */
const BY_DIGEST: ReadonlySet<string> = new Set(["sshkeys", "ssh-public-keys"]);

/** The redacted form of a plan that is being kept by `owner`. */
export function recordOf(
  { id, origin, plan, facts, createdAt, expiresAt }: Omit<KeptPlan, "digest" | "state">,
  owner: Owner,
  redactor: Redactor,
): PlanRecord {
  const typed = nameToType(plan, redactor);
  const shown: Omit<PlanRecord, "digest"> = {
    id,
    origin,
    state: "open",
    tool: plan.tool,
    cluster: plan.cluster,
    subject: plan.subject,
    risk: plan.risk,
    targets: plan.targets.map((target) => redactor.text(target)),
    createdAt,
    expiresAt,
    pid: owner.pid,
    pidStart: owner.pidStart,
    steps: plan.steps.map((step) => recordedStep(step, facts, redactor)),
    fingerprint: facts.fingerprint.map(({ entry }) => withReason(entry, redactor)),
    privileges: facts.privileges,
    blastRadius: maskedRadius(facts.blastRadius, redactor),
    undo: facts.undo,
    ...(typed === undefined ? {} : { typed }),
  };
  return { ...shown, digest: recordDigest(shown) };
}

function recordedStep(step: PlanStep, { shown }: PlanFacts, redactor: Redactor): RecordedStep {
  const { diff } = step;
  const lines = shown.find((one) => one.step === step.step.id)?.lines;
  return {
    id: step.step.id,
    risk: step.risk,
    text: describeStep(withDigests(step), redactor),
    privileges: privilegesText(step.privileges),
    ...(diff === undefined ? {} : { diff: diff.map(withoutDoors) }),
    ...(lines === undefined ? {} : { lines }),
  };
}

/** Reasons are quoted from Proxmox VE, and may hold anything. */
function withReason(entry: FingerprintEntry, redactor: Redactor): FingerprintEntry {
  return entry.kind === "unread" ? { ...entry, why: redactor.text(entry.why) } : entry;
}

function maskedRadius({ affected, unseen, clear }: BlastRadius, redactor: Redactor): BlastRadius {
  return {
    affected: affected.map((one) => ({
      ...one,
      text: redactor.text(one.text),
      objects: one.objects.map((object) => redactor.text(object)),
    })),
    unseen: unseen.map((one) => ({ ...one, text: redactor.text(one.text) })),
    clear,
  };
}

function withDigests(step: PlanStep): PlanStep {
  const params = Object.entries(step.step.params).map(([name, value]) => [
    name,
    BY_DIGEST.has(name) && typeof value === "string" ? digestText(value) : value,
  ]);
  return { ...step, step: { ...step.step, params: Object.fromEntries(params) } };
}

function withoutDoors(entry: DiffEntry): DiffEntry {
  if (!BY_DIGEST.has(entry.key)) return entry;
  const { key, before, after } = entry;
  return {
    key,
    before: before === undefined ? undefined : digestText(before),
    after: after === undefined ? undefined : digestText(after),
  };
}

function digestText(value: string): string {
  const digest = createHash("sha256").update(value.trim()).digest("hex");
  return `[${value.length} characters, SHA-256 ${digest}]`;
}
