import "reflect-metadata";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { AuditEvent } from "../../../kernel/audit/types.ts";
import type { CallContext, ConfigFile, Plan, PlanStep } from "../../../kernel/call/types.ts";
import { StoredJobs } from "../../../kernel/jobs/service.ts";
import type { Logger } from "../../../kernel/log.ts";
import { createRedactor } from "../../../kernel/secrets/redact.ts";
import type { Settings } from "../../../kernel/settings/types.ts";
import type { ClusterAccess, Clusters } from "../../../kernel/tokens.ts";
import { UploadFiles } from "../../../kernel/uploads/upload-files.ts";
import { ToolError } from "../../../sdk/errors.ts";
import type { RestStep } from "../../../sdk/steps.ts";
import { FakeArtifacts } from "../call/fakes.ts";
import { endpointOf, FakePve } from "./fake-pve.ts";

/** A state directory, a fake cluster, and as many services on them as a test wants. */
export class Fixture {
  readonly pve = new FakePve();
  readonly audited: AuditEvent[] = [];
  readonly logged: string[] = [];
  #stateDir = "";
  readonly #services: StoredJobs[] = [];

  /** Made by {@link open} and removed by {@link close}: nobody else may set it. */
  get stateDir(): string {
    return this.#stateDir;
  }

  async open(): Promise<this> {
    this.#stateDir = await mkdtemp(join(tmpdir(), "jobs-"));
    return this;
  }

  async close(): Promise<void> {
    await Promise.all(this.#services.map((service) => service.close()));
    await rm(this.#stateDir, { recursive: true, force: true });
  }

  service(
    options: {
      taskTimeoutMs?: number;
      clusters?: readonly ClusterAccess[];
      secrets?: string[];
      uploads?: UploadFiles;
    } = {},
  ): StoredJobs {
    const { taskTimeoutMs = 60_000, clusters = [this.pve.cluster()], secrets = [] } = options;
    const credentials = { kind: "token", user: "root", realm: "pam", tokenId: "mcp" };
    // Jobs read these settings only.
    const settings = {
      stateDir: this.stateDir,
      clusters: clusters.map(({ name }) => ({ name, credentials })),
      limits: { taskTimeoutMs },
    } as unknown as Settings;
    const log = (message: string) => void this.logged.push(message);
    const logger: Logger = { debug: log, info: log, warn: log, error: log };
    const audit = {
      write: async (event: AuditEvent) => void this.audited.push(event),
      close: async () => undefined,
    };
    const artifacts = new FakeArtifacts();
    const { uploads = new UploadFiles([], artifacts) } = options;
    const redactor = createRedactor(secrets);
    const service = new StoredJobs(
      settings,
      clustersOf(clusters),
      audit,
      logger,
      redactor,
      uploads,
      artifacts,
    );
    this.#services.push(service);
    return service;
  }
}

function clustersOf(all: readonly ClusterAccess[]): Clusters {
  return {
    all,
    get: (name) => {
      const found = all.find((cluster) => cluster.name === name);
      if (found) return found;
      throw new ToolError({ code: "invalid_input", message: `no cluster ${name}` });
    },
    close: async () => undefined,
  };
}

/** A plan of these steps, with ids s1, s2, … */
export function plan(steps: readonly RestStep[], configs: Readonly<Record<string, ConfigFile>> = {}): Plan {
  return {
    tool: "proxmox_test",
    cluster: "lab",
    subject: "stdio",
    risk: "write",
    targets: ["VM 100 (web1) on pve1"],
    guests: [],
    steps: steps.map((step, index): PlanStep => {
      const shownPath = step.path.replaceAll(/\{(\w+)\}/g, (_, name: string) => String(step.params[name]));
      const config = configs[`${step.method} ${shownPath}`];
      return {
        step: { ...step, id: step.id ?? `s${index + 1}`, risk: "write" },
        endpoint: endpointOf(`${step.method} ${step.path}`),
        shownPath,
        risk: "write",
        privileges: { who: "all", alternatives: [], further: [], unread: false },
        ...(config ? { config } : {}),
      };
    }),
  };
}

/** A caller that can cancel and remembers progress. */
export function caller() {
  const controller = new AbortController();
  const progress: string[] = [];
  const context: CallContext = {
    callId: "call-1",
    subject: "stdio",
    client: { name: "test", version: "1" },
    signal: controller.signal,
    progress: (message) => void progress.push(message),
  };
  return { context, progress, cancel: () => controller.abort() };
}

/** Quick polling. */
export const QUICK = { mode: "wait", timeoutMs: 60_000, pollIntervalMs: 1 } as const;

/** Resolves when the check holds, looking again after every turn of the event loop. */
export async function until(check: () => boolean | Promise<boolean>): Promise<void> {
  while (!(await check())) await new Promise((resolve) => setTimeout(resolve, 1));
}
