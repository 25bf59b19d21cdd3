/** What a UPID says. */
export interface Upid {
  readonly upid: string;
  /** The node that the task runs on. */
  readonly node: string;
  readonly pid: number;
  /** When it started, seconds since the epoch by the node's clock. */
  readonly startTime: number;
  /** `qmstart`, `vzdump`, … */
  readonly type: string;
  /** What the task is about, mostly a VMID; often empty. */
  readonly id: string;
  /** `root@pam`, with `!token` where a token started it. */
  readonly user: string;
}

// UPID:node:pid:pstart:starttime:type:id:user:, numbers in hex of fixed width (PVE::UPID in pve-common).
const NODE = "[A-Za-z0-9](?:[A-Za-z0-9-]*[A-Za-z0-9])?";
const PATTERN = `UPID:(${NODE}):([0-9A-Fa-f]{8}):[0-9A-Fa-f]{8,9}:([0-9A-Fa-f]{8}):([^:\\s]+):([^:\\s]*):([^:\\s]+):`;
const WHOLE = new RegExp(`^${PATTERN}$`);
const INSIDE = new RegExp(`\\b${PATTERN}`, "g");

/** Reads a UPID; undefined for anything that is not exactly one string in UPID form. */
export function parseUpid(value: unknown): Upid | undefined {
  const match = typeof value === "string" ? WHOLE.exec(value) : null;
  if (match === null) return undefined;
  const [upid, node = "", pid = "", start = "", type = "", id = "", user = ""] = match;
  return {
    upid,
    node,
    pid: Number.parseInt(pid, 16),
    startTime: Number.parseInt(start, 16),
    type,
    id,
    user,
  };
}

/** All UPIDs inside a text. */
export function findUpids(text: string): Upid[] {
  return [...text.matchAll(INSIDE)].map(([upid]) => parseUpid(upid)).filter((found) => found !== undefined);
}
