/** What an audit entry says; values are redacted by name and by value before they are written. */
export interface AuditEvent {
  readonly event: "call" | "before" | "after" | "denied" | "declined" | "late" | "recovered";
  readonly callId: string;
  readonly subject: string;
  readonly client?: string;
  readonly tool: string;
  readonly cluster?: string;
  readonly risk?: string;
  /** What rules of the policy decided, and what those in shadow would have. */
  readonly policy?: readonly string[];
  readonly targets?: readonly string[];
  readonly steps?: readonly unknown[];
  readonly input?: unknown;
  readonly job?: string;
  /** The plan that was kept, applied or discarded. */
  readonly plan?: string;
  /** How a human agreed: `asked` through the client, or `approved` at a terminal. */
  readonly consent?: "asked" | "approved";
  readonly outcome?: string;
  readonly error?: { code: string; message: string };
  /** What was read back after a change. */
  readonly checks?: readonly string[];
  readonly durationMs?: number;
}

/** The append-only record: JSON lines, one hash chain a process. */
export interface AuditLog {
  /** Appends; `durable` waits until the line is on disk. Throws when it cannot be written. */
  write(event: AuditEvent, options?: { durable?: boolean }): Promise<void>;
  /** Seals the chain. */
  close(): Promise<void>;
}
