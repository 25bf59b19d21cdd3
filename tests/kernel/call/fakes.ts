import type { Artifact, Artifacts, ArtifactWriter, NewArtifact } from "../../../kernel/artifacts/types.ts";
import type { AuditEvent, AuditLog } from "../../../kernel/audit/types.ts";
import { ConfigDigests } from "../../../kernel/call/digests.ts";
import type { CallContext, Plan, WaitOptions } from "../../../kernel/call/types.ts";
import type { Hidden, HostedTool, ToolHost } from "../../../kernel/host/types.ts";
import type { Job, JobService, RunningJob } from "../../../kernel/jobs/types.ts";
import type { Logger } from "../../../kernel/log.ts";
import type { ClusterAccess, Clusters } from "../../../kernel/tokens.ts";
import { lazyGuests } from "../../../kernel/transports/guests/lazy.ts";
import { lazySsh } from "../../../kernel/transports/ssh/lazy.ts";
import type { RestRequest } from "../../../kernel/transports/types.ts";
import { ToolError } from "../../../sdk/errors.ts";
import type { Guest, Inventory } from "../../../sdk/reader.ts";
import { loadCatalog } from "../../../vendor/pve-docs/catalog.ts";
import type { Catalog } from "../../../vendor/pve-docs/types.ts";

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

/** The stored API of a release. */
export async function catalog(release = "9.2"): Promise<Catalog> {
  return loadCatalog(release);
}

/** Answers a request by its endpoint and parameters, or throws. */
export type Answering = (request: RestRequest) => unknown;

/** What a test may change while calls run. */
export interface HarnessState {
  guests: Guest[];
  auditFails: boolean;
  forgotten: number;
  /** How a job ends; by default it succeeds at once. */
  endJob: (job: Job, plan: Plan) => Promise<Job> | Job;
}

/** What the faked cluster answers, and where its requests are kept. */
interface FakeClusterParts {
  readonly answer: Answering | undefined;
  readonly requests: RestRequest[];
  readonly state: HarnessState;
  readonly release: string;
}

export function fakeCluster({ answer, requests, state, release }: FakeClusterParts): ClusterAccess {
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
  const version = { release, version: `${release}.1`, major: Number.parseInt(release, 10) };
  const rest: ClusterAccess["rest"] = {
    // The fake answers whatever type the caller expects.
    read: <T>(request: RestRequest) => send(request) as Promise<T>,
    write: <T>(request: RestRequest) => send(request) as Promise<T>,
    close: async () => undefined,
  };
  const ssh = lazySsh({ prefix: "PROXMOX_" }, 1_000, rest);
  const about = { catalog: () => catalog(release), version: async () => version };
  return {
    name: "pve",
    rest,
    ssh,
    guests: lazyGuests({ rest, ssh, ...about }),
    ...about,
    knownVersion: () => version,
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

export function fakeClusters(access: ClusterAccess): Clusters {
  return { all: [access], get: () => access, close: async () => undefined };
}

export function fakeAudit(audit: AuditEvent[], state: HarnessState): AuditLog {
  return {
    write: async (event) => {
      if (state.auditFails) throw new Error("disk full");
      audit.push(event);
    },
    close: async () => undefined,
  };
}

export function fakeLogger(log: string[]): Logger {
  const write = (message: string) => void log.push(message);
  return { debug: write, info: write, warn: write, error: write };
}

export function fakeHost(
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

/** Artifacts in memory; `full` refuses every one. */
export class FakeArtifacts implements Artifacts {
  readonly kept: { subject: string; artifact: NewArtifact; id: string }[] = [];
  full = false;

  async put(subject: string, artifact: NewArtifact): Promise<Artifact> {
    if (this.full) throw new ToolError({ code: "unsupported", message: "There is no room." });
    const id = `a_${String(this.kept.length).padStart(24, "0")}`;
    this.kept.push({ subject, artifact, id });
    const size = artifact.content.length;
    const isText = typeof artifact.content === "string";
    return {
      id,
      title: artifact.title,
      mimeType: artifact.mimeType ?? "text/plain",
      isText,
      size,
      createdAt: 0,
      expiresAt: 1_000,
    };
  }

  async open(subject: string, title: string): Promise<ArtifactWriter> {
    if (this.full) throw new ToolError({ code: "unsupported", message: "There is no room." });
    const parts: Uint8Array[] = [];
    return {
      lost: 0,
      write: async (bytes) => void parts.push(Buffer.from(bytes)),
      finish: () => this.put(subject, { title, content: Buffer.concat(parts) }),
      discard: async () => undefined,
    };
  }

  list(): Promise<never> {
    return Promise.reject(new Error("not used here"));
  }

  get(): Promise<never> {
    return this.list();
  }

  read(): Promise<never> {
    return this.list();
  }

  onPut(): void {}
}

interface FakeJobParts {
  readonly plans: Plan[];
  readonly detached: string[];
  readonly state: HarnessState;
  readonly access: ClusterAccess;
}

/** Runs plans in the simplest way that keeps the contract: one write a step, with its digest. */
export function fakeJobs({ plans, detached, state, access }: FakeJobParts): JobService {
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
    watch: unused,
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
