import "reflect-metadata";
import type { AuditEvent, AuditLog } from "../../../kernel/audit/types.ts";
import { withCommonInputs } from "../../../kernel/call/common-inputs.ts";
import { ConfigDigests } from "../../../kernel/call/digests.ts";
import { Road } from "../../../kernel/call/road.ts";
import type {
  CallAnswer,
  CallContext,
  HumanAnswer,
  HumanQuestion,
  Plan,
  WaitOptions,
} from "../../../kernel/call/types.ts";
import type { Hidden, HostedTool, KernelTool, ToolHost } from "../../../kernel/host/types.ts";
import type { Job, JobService, RunningJob } from "../../../kernel/jobs/types.ts";
import type { Logger } from "../../../kernel/log.ts";
import { createRedactor } from "../../../kernel/secrets/redact.ts";
import { Secret } from "../../../kernel/secrets/secret.ts";
import type { Settings } from "../../../kernel/settings/types.ts";
import type { ClusterAccess, Clusters } from "../../../kernel/tokens.ts";
import type { RestRequest } from "../../../kernel/transports/types.ts";
import { ToolError } from "../../../sdk/errors.ts";
import type { Grant } from "../../../sdk/plugin.ts";
import type { Guest, Inventory } from "../../../sdk/reader.ts";
import { lowestRisk } from "../../../sdk/risk.ts";
import type { DefinedTool } from "../../../sdk/tool.ts";
import { loadCatalog } from "../../../vendor/pve-docs/catalog.ts";
import type { Catalog } from "../../../vendor/pve-docs/types.ts";

/** Settings of one cluster that allow everything and ask for destructive changes. */
export const SETTINGS: Settings = {
  clusters: [
    {
      name: "pve",
      hosts: ["pve.test"],
      port: 8006,
      credentials: {
        kind: "token",
        user: "root",
        realm: "pam",
        tokenId: "t",
        secret: new Secret("s3cret-token"),
      },
      tls: { rejectUnauthorized: true, fingerprints: [] },
      defaults: { bridge: "vmbr0", snippetStorage: "local" },
    },
  ],
  mode: "stdio",
  authMode: "none",
  secretBackend: "env",
  plugins: { select: "all", exclude: [], paths: [], grants: {}, strict: false, minValidation: "lab" },
  access: "escape",
  confirm: "destructive",
  stateDir: "/nowhere",
  auditLogPath: "/nowhere",
  logLevel: "error",
  limits: {
    connectTimeoutMs: 1_000,
    requestTimeoutMs: 1_000,
    confirmTimeoutMs: 60_000,
    taskTimeoutMs: 60_000,
    inventoryCacheMs: 1_000,
    maxConnections: 4,
  },
};

/** VM 100 on pve1. */
export const WEB1: Guest = {
  kind: "qemu",
  vmid: 100,
  name: "web1",
  node: "pve1",
  status: "running",
  template: false,
  tags: [],
};

/** The stored API of Proxmox VE 9.2. */
export async function catalog(): Promise<Catalog> {
  return loadCatalog("9.2");
}

/** Answers a request by its endpoint and parameters, or throws. */
export type Answering = (request: RestRequest) => unknown;

/** Everything a road stands on, faked where it would reach outside. */
export interface Harness {
  readonly road: Road;
  readonly audit: AuditEvent[];
  readonly requests: RestRequest[];
  readonly log: string[];
  readonly plans: Plan[];
  readonly detached: string[];
  readonly state: HarnessState;
  call(tool: string, args?: unknown, context?: Partial<CallContext>): Promise<CallAnswer>;
}

/** What a test may change while calls run. */
export interface HarnessState {
  guests: Guest[];
  auditFails: boolean;
  forgotten: number;
  /** How a job ends; by default it succeeds at once. */
  endJob: (job: Job, plan: Plan) => Promise<Job> | Job;
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
    inputSchema: withCommonInputs(tool.input, tool.plan === undefined ? "read" : "change", settings),
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
  const access = fakeCluster(options.answer, requests, state);
  const tools = new Map((options.tools ?? []).map((tool) => [tool.name, hosted(tool, settings, options)]));
  const road = new Road(
    settings,
    redactor,
    fakeLogger(log),
    fakeClusters(access),
    fakeAudit(audit, state),
    fakeJobs({ plans, detached, state, access }),
    fakeHost(tools, options.absent ?? {}),
    options.kernelTools ?? [],
  );
  let calls = 0;
  return {
    road,
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

function fakeCluster(
  answer: Answering | undefined,
  requests: RestRequest[],
  state: HarnessState,
): ClusterAccess {
  const send = async (request: RestRequest): Promise<unknown> => {
    requests.push(request);
    if (!answer) throw new Error(`unexpected request ${request.endpoint.method} ${request.endpoint.path}`);
    return answer(request);
  };
  const inventory = async (): Promise<Inventory> => ({
    guests: state.guests,
    nodes: [
      { node: "pve1", status: "online" },
      { node: "pve2", status: "online" },
    ],
    storages: [],
    readAt: 0,
  });
  return {
    name: "pve",
    rest: {
      // The fake answers whatever type the caller expects.
      read: <T>(request: RestRequest) => send(request) as Promise<T>,
      write: <T>(request: RestRequest) => send(request) as Promise<T>,
      close: async () => undefined,
    },
    catalog,
    version: async () => ({ release: "9.2", version: "9.2.1", major: 9 }),
    knownVersion: () => ({ release: "9.2", version: "9.2.1", major: 9 }),
    inventory: {
      read: inventory,
      guest: async (_kind, ref) => {
        const found = state.guests.find(({ vmid, name }) => vmid === ref || name === ref);
        if (!found) throw new ToolError({ code: "not_found", message: `There is no guest ${ref}.` });
        return found;
      },
      forget: () => {
        state.forgotten += 1;
      },
    },
  };
}

function fakeClusters(access: ClusterAccess): Clusters {
  return { all: [access], get: () => access, close: async () => undefined };
}

function fakeAudit(audit: AuditEvent[], state: HarnessState): AuditLog {
  return {
    write: async (event) => {
      if (state.auditFails) throw new Error("disk full");
      audit.push(event);
    },
    close: async () => undefined,
  };
}

function fakeLogger(log: string[]): Logger {
  const write = (message: string) => void log.push(message);
  return { debug: write, info: write, warn: write, error: write };
}

function fakeHost(
  tools: ReadonlyMap<string, HostedTool>,
  absent: Readonly<Record<string, Hidden>>,
): ToolHost {
  return {
    ready: async () => undefined,
    plugins: () => [],
    listed: () => [...tools.values()].filter(({ hidden }) => !hidden),
    find: (name) => tools.get(name),
    absent: (name) => absent[name],
    onListChanged: () => undefined,
  };
}

interface FakeJobParts {
  readonly plans: Plan[];
  readonly detached: string[];
  readonly state: HarnessState;
  readonly access: ClusterAccess;
}

/** Runs plans in the simplest way that keeps the contract: one write a step, with its digest. */
function fakeJobs({ plans, detached, state, access }: FakeJobParts): JobService {
  const unused = () => Promise.reject(new Error("not used here"));
  const run = async (plan: Plan, context: CallContext): Promise<void> => {
    const digests = new ConfigDigests(plan, (file) =>
      access.rest.read({ endpoint: file.endpoint, params: file.params }),
    );
    for (const planned of plan.steps) {
      if (context.signal.aborted) return;
      const digest = await digests.before(planned);
      const params = digest === undefined ? planned.step.params : { ...planned.step.params, digest };
      await access.rest.write({ endpoint: planned.endpoint, params });
    }
  };
  return {
    start: async (plan: Plan, context: CallContext, _wait: WaitOptions): Promise<RunningJob> => {
      plans.push(plan);
      const job = newJob(plan, context);
      const ended = run(plan, context).then(() => state.endJob(job, plan));
      return { job, ended, detach: () => void detached.push(job.id) };
    },
    get: async () => undefined,
    list: unused,
    wait: unused,
    logs: unused,
    cancel: unused,
    recover: unused,
    close: unused,
  };
}

function newJob(plan: Plan, context: CallContext): Job {
  return {
    id: `job-${context.callId}`,
    callId: context.callId,
    tool: plan.tool,
    cluster: plan.cluster,
    subject: plan.subject,
    targets: plan.targets,
    createdAt: 0,
    pid: 1,
    pidStart: "1",
    updatedAt: 2_000,
    state: "running",
    steps: plan.steps.map(({ step, shownPath }) => ({
      id: step.id,
      what: `${step.method} ${shownPath}`,
      state: "done",
      tasks: [],
    })),
  };
}
