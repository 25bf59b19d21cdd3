import { ToolError } from "../../sdk/errors.ts";
import type { CallParams } from "../../vendor/pve-docs/types.ts";
import type { ClusterAccess } from "../tokens.ts";
import { parseUpid, type Upid } from "./upid.ts";

/** A task's state as Proxmox VE tells it. */
export interface TaskStatus {
  readonly running: boolean;
  /** Missing while it runs. */
  readonly exitStatus?: string;
}

/** A task in a list. */
export interface ListedTask {
  readonly upid: Upid;
  /** Missing while it runs. */
  readonly exitStatus?: string;
}

/** Lines of a task's log asked for at once. */
const LOG_PAGE = 500;

/** The task endpoints of one cluster. Everything throws RestFault as the transport does. */
export class ClusterTasks {
  readonly #cluster: ClusterAccess;

  constructor(cluster: ClusterAccess) {
    this.#cluster = cluster;
  }

  /** Any GET of the catalog. */
  async get(path: string, params: CallParams, signal?: AbortSignal): Promise<unknown> {
    const endpoint = await this.#endpoint(`GET ${path}`);
    return this.#cluster.rest.read({ endpoint, params, ...(signal ? { signal } : {}) });
  }

  async status(task: { node: string; upid: string }, signal?: AbortSignal): Promise<TaskStatus> {
    const found = await this.get(
      "/nodes/{node}/tasks/{upid}/status",
      { node: task.node, upid: task.upid },
      signal,
    );
    const { status, exitstatus } = asRecord(found);
    return status === "stopped" && typeof exitstatus === "string"
      ? { running: false, exitStatus: exitstatus }
      : { running: status !== "stopped" };
  }

  /** Lines from `start` on, at most one page. */
  async log(task: { node: string; upid: string }, start: number, signal?: AbortSignal): Promise<string[]> {
    const params = { node: task.node, upid: task.upid, start, limit: LOG_PAGE };
    const found = await this.get("/nodes/{node}/tasks/{upid}/log", params, signal);
    const lines = asList(found).map((line) => String(asRecord(line).t ?? ""));
    // An empty log and a missing one are told in a line of their own.
    const placeholder =
      lines.length === 1 && /^(?:no content|unable to open file - .*)$/.test(lines[0] ?? "");
    return placeholder ? [] : lines;
  }

  /** True when a full page says that there may be more. */
  static isFullPage(lines: readonly string[]): boolean {
    return lines.length >= LOG_PAGE;
  }

  /** Tasks of a node, running and ended, started at `since` (seconds by the node's clock) or later. */
  async list(node: string, since: number, signal?: AbortSignal): Promise<ListedTask[]> {
    const params = { node, source: "all", since, limit: 1000 };
    const found = await this.get("/nodes/{node}/tasks", params, signal);
    return asList(found).flatMap((item) => {
      const { upid: text, status, endtime } = asRecord(item);
      const upid = parseUpid(text);
      if (upid === undefined || upid.startTime < since) return [];
      // Running ones carry no status, or RUNNING.
      const ended = typeof status === "string" && (status !== "RUNNING" || endtime !== undefined);
      return [ended ? { upid, exitStatus: status } : { upid }];
    });
  }

  /** Stops a task. */
  async stop(task: { node: string; upid: string }): Promise<void> {
    const endpoint = await this.#endpoint("DELETE /nodes/{node}/tasks/{upid}");
    await this.#cluster.rest.write({ endpoint, params: { node: task.node, upid: task.upid } });
  }

  /** How far the node's clock is ahead of ours, in seconds; 0 where it does not tell. */
  async clockOffset(node: string, signal?: AbortSignal): Promise<number> {
    const asked = Date.now();
    const found = await this.get("/nodes/{node}/time", { node }, signal).catch(() => undefined);
    const { time } = asRecord(found);
    return typeof time === "number" ? time - asked / 1000 : 0;
  }

  async #endpoint(key: string) {
    const endpoint = (await this.#cluster.catalog()).endpoint(key);
    if (endpoint !== undefined) return endpoint;
    throw new ToolError({
      code: "unsupported",
      message: `The connected Proxmox VE version does not have ${key}.`,
      next: "See proxmox_capabilities for the connected version.",
    });
  }
}

/** An object's fields; none for anything else. */
export function asRecord(value: unknown): Readonly<Record<string, unknown>> {
  // Any object can be read by string keys; the values stay unknown.
  return typeof value === "object" && value !== null ? (value as Record<string, unknown>) : {};
}

/** A list's items; none for anything else. */
export function asList(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}
