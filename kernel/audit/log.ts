import { inject, injectable } from "tsyringe";
import { ToolError } from "../../sdk/errors.ts";
import type { Redactor } from "../secrets/redact.ts";
import type { Settings } from "../settings/types.ts";
import { REDACTOR, SETTINGS } from "../tokens.ts";
import { isJsonObject, type Json, toJson } from "./canonical.ts";
import { type ChainEvent, ChainFileWriter } from "./chain-file.ts";
import type { AuditEvent, AuditLog } from "./types.ts";

interface Pending {
  readonly event: ChainEvent;
  readonly durable: boolean;
  readonly done: () => void;
  readonly fail: (error: unknown) => void;
}

/** How long entries that need not be durable are gathered, so that reads in a row share one write. */
const GATHER_MS = 50;

/**
 * Writes the audit below `auditLogPath`. What arrives while a write is under way goes out together
 * with the next one, so that many calls at once share one flush. The chain is opened by the first entry.
 */
@injectable()
export class ChainedAuditLog implements AuditLog {
  readonly #directory: string;
  readonly #redactor: Redactor;
  #chain: ChainFileWriter | undefined;
  #pending: Pending[] = [];
  #writing: Promise<void> | undefined;
  #closed = false;
  /** Ends the gathering at once; set while it goes on. */
  #hurry: (() => void) | undefined;

  constructor(@inject(SETTINGS) settings: Settings, @inject(REDACTOR) redactor: Redactor) {
    this.#directory = settings.auditLogPath;
    this.#redactor = redactor;
  }

  async write(event: AuditEvent, options: { durable?: boolean } = {}): Promise<void> {
    if (this.#closed) throw this.#notRecorded("the audit log is closed", undefined);
    const redacted = this.#inJson(event);
    return new Promise((done, fail) => {
      this.#pending.push({ event: redacted, durable: options.durable ?? false, done, fail });
      this.#writing ??= this.#drain();
      if (options.durable) this.#hurry?.();
    });
  }

  async close(): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    this.#hurry?.();
    await this.#writing;
    const chain = this.#chain;
    this.#chain = undefined;
    await chain?.seal().catch((error: unknown) => {
      throw this.#notRecorded(reason(error), error);
    });
  }

  async #drain(): Promise<void> {
    while (this.#pending.length > 0) {
      await this.#gather();
      const batch = this.#pending.splice(0);
      try {
        const chain = await this.#openChain();
        await chain.append(
          batch.map(({ event }) => event),
          batch.some(({ durable }) => durable),
        );
        for (const { done } of batch) done();
      } catch (error) {
        for (const { fail } of batch) fail(this.#notRecorded(reason(error), error));
      }
    }
    this.#writing = undefined;
  }

  /** One turn of the event loop gathers the entries of all calls that are ready now; where nobody waits, some more. */
  async #gather(): Promise<void> {
    const patient = new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, GATHER_MS);
      this.#hurry = () => {
        clearTimeout(timer);
        setImmediate(resolve);
      };
    });
    if (this.#closed || this.#pending.some(({ durable }) => durable)) this.#hurry?.();
    await patient;
    this.#hurry = undefined;
  }

  async #openChain(): Promise<ChainFileWriter> {
    if (this.#chain && (await this.#chain.isGone())) {
      await this.#chain.abandon();
      this.#chain = undefined;
    }
    this.#chain ??= await ChainFileWriter.create(this.#directory);
    return this.#chain;
  }

  #inJson(event: AuditEvent): ChainEvent {
    try {
      // Masking JSON leaves JSON.
      const redacted = this.#redactor.value(toJson(event)) as Json;
      if (isJsonObject(redacted)) return { ...redacted, event: event.event };
    } catch (error) {
      throw this.#notRecorded(reason(error), error);
    }
    throw this.#notRecorded("the entry is not an object", undefined);
  }

  #notRecorded(why: string, cause: unknown): ToolError {
    return new ToolError(
      {
        code: "not_recorded",
        message: `The audit entry could not be written below ${this.#directory}: ${why}.`,
        next: "The operator has to make PROXMOX_MCP_AUDIT_LOG_PATH writable, with space left on its disk.",
      },
      { cause },
    );
  }
}

function reason(error: unknown): string {
  if (error instanceof Error && "code" in error && typeof error.code === "string") return error.code;
  return error instanceof Error ? error.message : String(error);
}
