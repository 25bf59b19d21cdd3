/** What a line of a wrapper task's log says of one guest. */
export interface GuestMention {
  /** `VM 100`, `CT 200`, or `guest 200` where the line does not tell. */
  readonly guest: string;
  readonly vmid: number;
  readonly says: "begun" | "failed" | "skipped";
  /** Types of task that can do it, when begun. */
  readonly types: readonly string[];
  readonly detail?: string;
}

/** Types of the tasks that act on several guests, each in a task of its own (PVE::API2::Nodes, …::BulkAction::Guest). */
const WRAPPERS = new Set([
  "startall",
  "stopall",
  "suspendall",
  "migrateall",
  "bulk-start",
  "bulk-shutdown",
  "bulk-suspend",
  "bulk-migrate",
]);

/** True for a task whose children have to be looked at: it ends well though they fail. */
export function isWrapper(type: string): boolean {
  return WRAPPERS.has(type);
}

/** True for a wrapper over the whole cluster: its children run on any node. */
export function isClusterWide(type: string): boolean {
  return type.startsWith("bulk-");
}

const VERBS: Readonly<Record<string, readonly string[]>> = {
  Starting: ["qmstart", "vzstart", "hastart", "qmresume"],
  Resuming: ["qmresume", "vzresume"],
  Stopping: ["qmshutdown", "vzshutdown", "qmstop", "vzstop", "hastop"],
  "Shutting down": ["qmshutdown", "vzshutdown", "qmstop", "vzstop", "hastop"],
  Suspending: ["qmsuspend", "qmpause", "vzsuspend"],
  Migrating: ["qmigrate", "vzmigrate", "hamigrate"],
};

const BEGUN = new RegExp(`^(${Object.keys(VERBS).join("|")}) (VM|CT) (\\d+)(?: \\(.*\\))?$`);
const FAILED = new RegExp(`^(?:${Object.keys(VERBS).join("|")}) (VM|CT) (\\d+) failed: (.*)$`);
const PRECONDITION = /\bskip (VM|CT) (\d+) - (precondition check failed):?$/;
const SKIPPED = [
  /^[Ss]kipping (?:(VM|CT) )?(\d+), (.*?)\.?$/,
  /^(VM|CT) (\d+) ((?:not running|already on [^ ,]+), skipping.*?)\.?$/,
];

/** Reads a line; undefined for one that begins nothing about a guest. */
export function readMention(line: string): GuestMention | undefined {
  const text = line.replace(/^WARN: /, "").trimEnd();
  const failed = FAILED.exec(text) ?? PRECONDITION.exec(text);
  if (failed) return mention("failed", failed[1], failed[2], [], failed[3]);
  const begun = BEGUN.exec(text);
  if (begun) return mention("begun", begun[2], begun[3], VERBS[begun[1] ?? ""] ?? []);
  for (const pattern of SKIPPED) {
    const skipped = pattern.exec(text);
    if (skipped) return mention("skipped", skipped[1], skipped[2], [], skipped[3]);
  }
  return undefined;
}

function mention(
  says: GuestMention["says"],
  kind: string | undefined,
  vmid: string | undefined,
  types: readonly string[],
  detail?: string,
): GuestMention {
  const base = { guest: `${kind ?? "guest"} ${vmid}`, vmid: Number(vmid), says, types };
  return detail === undefined ? base : { ...base, detail };
}
