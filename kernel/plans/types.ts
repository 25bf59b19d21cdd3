import type { Place } from "../../sdk/places.ts";
import type { CallParams, Endpoint } from "../../vendor/pve-docs/types.ts";
import type { DiffEntry, Plan } from "../call/types.ts";

/** Why a plan was kept: a dry run, a change that a human has to approve elsewhere, or the way back from a change. */
export type PlanOrigin = "dry_run" | "approval" | "undo";

/**
 * Where a plan is on its way. `open` can be applied; `applying` is being checked, confirmed or run;
 * the others are over. `stale`: its target changed. There is no state for an approval: whether a human
 * approved is asked anew at each apply.
 */
export type PlanState = "open" | "applying" | "applied" | "discarded" | "declined" | "stale";

/** One thing that has to be as it was when planning. */
export type FingerprintEntry =
  /** An existing guest; `digest` is that of its config file, missing where it could not be read. */
  | {
      readonly kind: "guest";
      readonly guest: "qemu" | "lxc";
      readonly vmid: number;
      readonly name: string;
      readonly node: string;
      readonly digest?: string;
    }
  /** A VMID that the plan takes: no guest has it. */
  | { readonly kind: "free"; readonly vmid: number }
  /** A node that the plan is about, and whether it was online. */
  | { readonly kind: "node"; readonly node: string; readonly status: string }
  /** A config file with a digest of Proxmox VE's own. */
  | { readonly kind: "config"; readonly path: string; readonly digest: string }
  /** An object without a digest: SHA-256 of what reading it answered; `absent` where it did not exist. */
  | { readonly kind: "content"; readonly path: string; readonly sha256: string | "absent" }
  /** A file on a node or in a guest. */
  | {
      readonly kind: "file";
      readonly place: Place;
      readonly path: string;
      readonly sha256: string | "absent";
    }
  /** What could not be read when planning, and is not compared. */
  | { readonly kind: "unread"; readonly what: string; readonly why: string };

/** A fingerprint entry together with what was read, which never leaves memory. */
export interface SeenEntry {
  readonly entry: FingerprintEntry;
  /** How to read it again; missing where the inventory tells. */
  readonly read?: {
    readonly endpoint: Endpoint;
    readonly params: CallParams;
    /** Of a list of ACLs: those on this path alone. */
    readonly aclPath?: string;
  };
  /** What was read then, to name what differs. */
  readonly values?: unknown;
}

/** Whether the account may do a step. `unknown` where its permissions could not be read, or depend on more. */
export interface StepPrivileges {
  readonly step: string;
  readonly needs: string;
  readonly held: "yes" | "no" | "unknown";
  /** Each need that is not met, in words. */
  readonly lacking: readonly string[];
}

/** What else a plan touches, of one kind. */
export interface Affected {
  /** `guests_on_node`, `pool_members`, … */
  readonly kind: string;
  /** One sentence with the figures. */
  readonly text: string;
  /** The first of the objects by name. */
  readonly objects: readonly string[];
  /** How many there are. */
  readonly total: number;
}

/** What was not looked at, and why. Nothing found never stands for this. */
export interface Unseen {
  readonly kind: string;
  readonly text: string;
}

/** What a plan touches besides its targets, as far as could be seen. */
export interface BlastRadius {
  readonly affected: readonly Affected[];
  readonly unseen: readonly Unseen[];
  /** Kinds that were looked at and where nothing was found. */
  readonly clear: readonly string[];
}

/** How the change of one step is taken back. */
export interface UndoNote {
  readonly step: string;
  /** `inverse`: by a known opposite step; `manual`: as the text says; `none`: not at all. */
  readonly how: "inverse" | "manual" | "none";
  readonly text: string;
}

/** What a plan shows of a step past the API: account, exact arguments or content, and the difference. */
export interface ShownStep {
  readonly step: string;
  /** Redacted. */
  readonly lines: readonly string[];
}

/** What is found out about a plan besides its steps. */
export interface PlanFacts {
  readonly shown: readonly ShownStep[];
  readonly fingerprint: readonly SeenEntry[];
  readonly privileges: readonly StepPrivileges[];
  readonly blastRadius: BlastRadius;
  readonly undo: readonly UndoNote[];
}

/** A plan as this process keeps it: with secret values, in memory alone. */
export interface KeptPlan {
  readonly id: string;
  readonly origin: PlanOrigin;
  readonly plan: Plan;
  readonly facts: PlanFacts;
  /** {@link PlanRecord.digest} as this process computed it; an approval has to name it. */
  readonly digest: string;
  /** Milliseconds since the epoch. */
  readonly createdAt: number;
  readonly expiresAt: number;
  readonly state: PlanState;
  /** The job that applied it. */
  readonly job?: string;
}

/** A step as it is kept: secrets masked. */
export interface RecordedStep {
  readonly id: string;
  readonly risk: string;
  /** The step in one line. */
  readonly text: string;
  readonly privileges: string;
  readonly diff?: readonly DiffEntry[];
  /** Of a step past the API. */
  readonly lines?: readonly string[];
}

/**
 * The redacted form of a plan in the state directory, `plans/<id>.json`, mode 0600. Any process
 * of the same user can show it; only the one that made it can apply it.
 */
export interface PlanRecord {
  readonly id: string;
  /** SHA-256, hex, of everything here but `digest`, `state` and `job`: what exactly is shown, and so approved. */
  readonly digest: string;
  readonly origin: PlanOrigin;
  readonly state: PlanState;
  readonly tool: string;
  readonly cluster: string;
  readonly subject: string;
  readonly risk: string;
  readonly targets: readonly string[];
  readonly createdAt: number;
  readonly expiresAt: number;
  /** The process that made it, told apart from a later one with the same pid. */
  readonly pid: number;
  readonly pidStart: string;
  readonly steps: readonly RecordedStep[];
  readonly fingerprint: readonly FingerprintEntry[];
  readonly privileges: readonly StepPrivileges[];
  readonly blastRadius: BlastRadius;
  readonly undo: readonly UndoNote[];
  /** What a human types to agree to what cannot be undone; missing where all of it can be. */
  readonly typed?: string;
  readonly job?: string;
}

/**
 * What a record stands for now: its state, or `expired`, `void` where the process that made it is gone,
 * `elsewhere` where that is another one that lives.
 */
export type PlanStanding = PlanState | "expired" | "void" | "elsewhere";

/** A record and what it stands for. */
export interface ListedPlan {
  readonly record: PlanRecord;
  readonly standing: PlanStanding;
}

/** How a plan is kept. */
export interface KeepOptions {
  readonly origin: PlanOrigin;
  readonly facts: PlanFacts;
}

/** A plan that is being applied: nobody else can apply it until it is settled. */
export interface ClaimedPlan extends KeptPlan {
  /** Its run began, as this job where there is one: it is spent. */
  applied(job?: string): void;
  /** Nothing was begun: it can be applied again until it expires. */
  release(): void;
  /** It must not run any more. */
  end(state: "declined" | "stale"): void;
}

/** Keeps plans for ten minutes, each for the subject that it was made for. */
export interface PlanStore {
  /** Keeps a plan and writes its redacted form. Throws ToolError `not_recorded` where that cannot be written. */
  keep(plan: Plan, options: KeepOptions): Promise<KeptPlan>;
  /**
   * Takes a plan to apply it, at once: of two who try, one gets it. Throws ToolError `not_found` for
   * one that is unknown or of another subject, and `conflict` for one that is over, expired, being applied,
   * or of another process.
   */
  claim(id: string, subject: string): Promise<ClaimedPlan>;
  /** Plans of a subject, newest first: those that can be applied, those that are over, and those of other processes. */
  list(subject: string): Promise<readonly ListedPlan[]>;
  /** Makes a plan unusable. Throws like {@link claim}. */
  discard(id: string, subject: string): Promise<void>;
  /** What another process left as an approval of this plan; undefined without one. Whether it counts is not judged here. */
  approval(id: string): Promise<string | undefined>;
  /** Forgets everything in memory. */
  close(): Promise<void>;
}
