/** The parts of a UPID. Times in seconds since the epoch. */
export interface Upid {
  readonly node: string;
  readonly pid: number;
  readonly pstart: number;
  readonly starttime: number;
  readonly type: string;
  readonly id: string;
  readonly user: string;
}

const UPID =
  /^UPID:([A-Za-z0-9](?:[A-Za-z0-9-]*[A-Za-z0-9])?):([0-9A-Fa-f]{8}):([0-9A-Fa-f]{8,9}):([0-9A-Fa-f]{8}):([^:\s]+):([^:\s]*):([^:\s]+):$/;

/** Takes a UPID apart; undefined where it is none. */
export function parseUpid(text: string): Upid | undefined {
  const [, node, pid, pstart, starttime, type, id, user] = UPID.exec(text) ?? [];
  if (node === undefined || type === undefined || user === undefined) return undefined;
  return {
    node,
    pid: Number.parseInt(pid ?? "", 16),
    pstart: Number.parseInt(pstart ?? "", 16),
    starttime: Number.parseInt(starttime ?? "", 16),
    type,
    id: (id ?? "").replaceAll("\\x3a", ":"),
    user,
  };
}

/** Writes a UPID; a colon in the id is escaped. */
export function formatUpid(parts: Upid): string {
  const hex = (value: number): string => value.toString(16).toUpperCase().padStart(8, "0");
  const id = parts.id.replaceAll(":", "\\x3a");
  return `UPID:${parts.node}:${hex(parts.pid)}:${hex(parts.pstart)}:${hex(parts.starttime)}:${parts.type}:${id}:${parts.user}:`;
}
