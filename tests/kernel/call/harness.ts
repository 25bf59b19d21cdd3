import "reflect-metadata";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll } from "@jest/globals";
import type { AuditEvent } from "../../../kernel/audit/types.ts";
import { kindOf, withCommonInputs } from "../../../kernel/call/common-inputs.ts";
import { Road } from "../../../kernel/call/road.ts";
import type {
  CallAnswer,
  CallContext,
  HumanAnswer,
  HumanQuestion,
  Plan,
} from "../../../kernel/call/types.ts";
import type { Hidden, HostedTool, KernelTool } from "../../../kernel/host/types.ts";
import { StoredPlans } from "../../../kernel/plans/store.ts";
import { createPlanTools } from "../../../kernel/plans/tools.ts";
import type { PlanStore } from "../../../kernel/plans/types.ts";
import { KernelResources } from "../../../kernel/resources/resources.ts";
import type { Resources } from "../../../kernel/resources/types.ts";
import { createRedactor } from "../../../kernel/secrets/redact.ts";
import { Secret } from "../../../kernel/secrets/secret.ts";
import type { Settings } from "../../../kernel/settings/types.ts";
import type { RestRequest } from "../../../kernel/transports/types.ts";
import type { Grant } from "../../../sdk/plugin.ts";
import { lowestRisk } from "../../../sdk/risk.ts";
import type { DefinedTool } from "../../../sdk/tool.ts";

import {
  type Answering,
  FakeArtifacts,
  fakeAudit,
  fakeCluster,
  fakeClusters,
  fakeHost,
  fakeJobs,
  fakeLogger,
  type HarnessState,
  WEB1,
} from "./fakes.ts";

const STATE = mkdtempSync(join(tmpdir(), "proxmox-mcp-road-"));
afterAll(() => rmSync(STATE, { recursive: true, force: true }));
let made = 0;

/** Settings of one cluster that allow everything and ask for destructive changes. */
export const SETTINGS: Settings = {
  clusters: [
    {
      name: "pve",
      prefix: "PROXMOX_",
      hosts: [{ host: "pve.test", port: 8006, fingerprints: [] }],
      credentials: {
        kind: "token",
        user: "root",
        realm: "pam",
        tokenId: "t",
        secret: new Secret("s3cret-token"),
      },
      tls: { rejectUnauthorized: true },
      defaults: { bridge: "vmbr0", snippetStorage: "local" },
    },
  ],
  mode: "stdio",
  authMode: "none",
  secretBackend: "env",
  structured: false,
  plugins: { select: "all", exclude: [], paths: [], grants: {}, strict: false, minValidation: "lab" },
  access: "escape",
  confirm: "destructive",
  protect: [],
  policy: [],
  stateDir: "/nowhere",
  uploadDirs: [],
  auditLogPath: "/nowhere",
  logLevel: "error",
  limits: {
    connectTimeoutMs: 1_000,
    requestTimeoutMs: 1_000,
    confirmTimeoutMs: 60_000,
    taskTimeoutMs: 60_000,
    inventoryCacheMs: 1_000,
    artifactInlineChars: 20_000,
    artifactMaxAgeMs: 86_400_000,
    artifactMaxBytes: 268_435_456,
    maxConnections: 4,
  },
};

/** Everything a road stands on, faked where it would reach outside. */
export interface Harness {
  readonly road: Road;
  readonly store: PlanStore;
  readonly artifacts: FakeArtifacts;
  readonly audit: AuditEvent[];
  readonly requests: RestRequest[];
  readonly log: string[];
  readonly plans: Plan[];
  readonly detached: string[];
  readonly state: HarnessState;
  call(tool: string, args?: unknown, context?: Partial<CallContext>): Promise<CallAnswer>;
}

/** What a test decides beforehand. */
export interface HarnessOptions {
  readonly tools?: readonly DefinedTool[];
  readonly kernelTools?: readonly KernelTool[];
  readonly settings?: Partial<Settings>;
  readonly grants?: readonly Grant[];
  readonly hidden?: Hidden;
  readonly absent?: Readonly<Record<string, Hidden>>;
  readonly answer?: Answering;
  readonly resources?: Resources;
  /** Release of the cluster, 9.2 where left out. */
  readonly release?: string;
}

/** A tool as the host shows it. */
export function hosted(tool: DefinedTool, settings: Settings, options: HarnessOptions = {}): HostedTool {
  return {
    plugin: "test",
    tool,
    grants: options.grants ?? ["rest:read", "rest:write"],
    validation: { status: "lab" },
    lowest: tool.plan === undefined ? "read" : lowestRisk(["write", tool.risk]),
    highest: tool.risk,
    ...(options.hidden ? { hidden: options.hidden } : {}),
    inputSchema: withCommonInputs(tool.input, kindOf(tool), settings),
    listedSchema: {},
  };
}

export function harness(options: HarnessOptions = {}): Harness {
  const settings: Settings = { ...SETTINGS, ...options.settings };
  const audit: AuditEvent[] = [];
  const requests: RestRequest[] = [];
  const log: string[] = [];
  const plans: Plan[] = [];
  const detached: string[] = [];
  const state: HarnessState = {
    guests: [WEB1],
    auditFails: false,
    forgotten: 0,
    endJob: (job) => ({ ...job, state: "succeeded" }),
  };
  const redactor = createRedactor(["s3cret-token"]);
  const access = fakeCluster({ answer: options.answer, requests, state, release: options.release ?? "9.2" });
  const tools = new Map((options.tools ?? []).map((tool) => [tool.name, hosted(tool, settings, options)]));
  const artifacts = new FakeArtifacts();
  made += 1;
  const stateDir = join(STATE, String(made));
  const store = new StoredPlans({ stateDir }, redactor, fakeLogger(log));
  const planTools = createPlanTools({ plans: store, taskTimeoutMs: 60_000, changeResult: {} });
  const road = new Road(
    settings,
    redactor,
    fakeLogger(log),
    fakeClusters(access),
    fakeAudit(audit, state),
    fakeJobs({ plans, detached, state, access }),
    fakeHost(tools, options.absent ?? {}),
    [...(options.kernelTools ?? []), ...planTools],
    artifacts,
    async () => options.resources ?? new KernelResources([]),
    store,
  );
  let calls = 0;
  return {
    road,
    store,
    artifacts,
    audit,
    requests,
    log,
    plans,
    detached,
    state,
    call: (tool, args = {}, context = {}) => {
      calls += 1;
      return road.call(tool, args, { ...contextOf(`c${calls}`), ...context });
    },
  };
}

/** A caller without elicitation. */
export function contextOf(callId = "c1"): CallContext {
  return {
    callId,
    subject: "stdio",
    client: { name: "test", version: "1" },
    signal: new AbortController().signal,
    progress: () => undefined,
  };
}

/** A client whose human always answers the same; remembers the questions. */
export function human(answer: HumanAnswer): {
  ask: NonNullable<CallContext["ask"]>;
  questions: HumanQuestion[];
} {
  const questions: HumanQuestion[] = [];
  return {
    questions,
    ask: async (question) => {
      questions.push(question);
      return answer;
    },
  };
}

/** The `error` of an answer's data. */
export function errorOf(answer: CallAnswer): {
  code: string;
  message: string;
  next?: string;
  retry: boolean;
} {
  const data = answer.data as { error: { code: string; message: string; next?: string; retry: boolean } };
  return data.error;
}
