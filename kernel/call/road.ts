import { inject, injectable } from "tsyringe";
import { isToolError, ToolError } from "../../sdk/errors.ts";
import type { Artifacts } from "../artifacts/types.ts";
import type { AuditLog } from "../audit/types.ts";
import { Approvals } from "../consent/approvals.ts";
import type { ApplyingTool, HostedTool, KernelTool, ServingTool, ToolHost } from "../host/types.ts";
import type { JobService } from "../jobs/types.ts";
import type { Logger } from "../log.ts";
import type { PlanStore } from "../plans/types.ts";
import { noted, type Verdict } from "../policy/verdict.ts";
import { explainEmpty } from "../privileges/unseen.ts";
import type { Resources } from "../resources/types.ts";
import type { Redactor } from "../secrets/redact.ts";
import type { Settings } from "../settings/types.ts";
import {
  ARTIFACTS,
  AUDIT_LOG,
  CLUSTERS,
  type Clusters,
  JOBS,
  KERNEL_TOOLS,
  LOGGER,
  PLANS,
  REDACTOR,
  RESOURCES,
  SETTINGS,
  TOOL_HOST,
} from "../tokens.ts";
import {
  authorizeKernelCall,
  authorizeKernelTool,
  authorizeRead,
  authorizeResource,
  authorizeTool,
} from "./authorize.ts";
import { type ChangeCall, Changes } from "./changes.ts";
import { Recorded } from "./execute.ts";
import { type KeepParts, keepLong, shapeOrKeep } from "./keep-whole.ts";
import { namingSettings } from "./name-settings.ts";
import { readContent } from "./read-content.ts";
import { CallReader } from "./reader.ts";
import { type RecordedCall, Recorder } from "./record.ts";
import { refuseUnserved } from "./refuse-unserved.ts";
import { type ResolvedCall, refuseHidden, resolve, resolveKernelTool, unknownTool } from "./resolve.ts";
import { SchemaChecks } from "./schema-checks.ts";
import { serverFault } from "./server-fault.ts";
import { shapeError } from "./shape-error.ts";
import type { CallAnswer, CallContext, CallRoad, ResourceAnswer } from "./types.ts";
import { cancelled } from "./upstream-errors.ts";

/** The road every call takes: resolve, authorize, plan, confirm, execute, record, shape. */
@injectable()
export class Road implements CallRoad {
  readonly #settings: Settings;
  readonly #redactor: Redactor;
  readonly #logger: Logger;
  readonly #clusters: Clusters;
  readonly #host: ToolHost;
  readonly #keeping: KeepParts;
  readonly #resources: () => Promise<Resources>;
  readonly #kernelTools: ReadonlyMap<string, KernelTool>;
  readonly #recorder: Recorder;
  readonly #plans: PlanStore;
  readonly #changes: Changes;
  readonly #checks: SchemaChecks;

  constructor(
    @inject(SETTINGS) settings: Settings,
    @inject(REDACTOR) redactor: Redactor,
    @inject(LOGGER) logger: Logger,
    @inject(CLUSTERS) clusters: Clusters,
    @inject(AUDIT_LOG) audit: AuditLog,
    @inject(JOBS) jobs: JobService,
    @inject(TOOL_HOST) host: ToolHost,
    @inject(KERNEL_TOOLS) kernelTools: readonly KernelTool[],
    @inject(ARTIFACTS) artifacts: Artifacts,
    @inject(RESOURCES) resources: () => Promise<Resources>,
    @inject(PLANS) plans: PlanStore,
  ) {
    this.#settings = settings;
    this.#redactor = redactor;
    this.#logger = logger;
    this.#clusters = clusters;
    this.#host = host;
    const longest = settings.limits.artifactInlineChars;
    this.#keeping = { artifacts, redactor, logger, longest };
    this.#resources = resources;
    this.#kernelTools = new Map(kernelTools.map((tool) => [tool.name, tool]));
    this.#recorder = new Recorder(audit, redactor, logger);
    this.#checks = new SchemaChecks(redactor);
    this.#plans = plans;
    this.#changes = new Changes({
      settings,
      redactor,
      logger,
      jobs,
      recorder: this.#recorder,
      plans,
      // Made with the road, so that the passphrase that counts is the one of the server's start.
      approvals: new Approvals(settings.stateDir),
      shape: (result, context) => this.#shaped(result, context),
      note: (call, verdict) => this.#note(call, verdict),
    });
  }

  async call(tool: string, args: unknown, caller: CallContext): Promise<CallAnswer> {
    const context = this.#masked(caller);
    const call: MutableCall = { context, tool, input: args, begunAt: Date.now() };
    try {
      const kernelTool = this.#kernelTools.get(tool);
      return kernelTool
        ? await this.#kernelCall(kernelTool, args, call)
        : await this.#toolCall(tool, args, call);
    } catch (thrown) {
      return this.#failed(thrown, call);
    }
  }

  async readResource(uri: string, context: CallContext): Promise<ResourceAnswer> {
    const call: MutableCall = { context, tool: "resource", input: { uri }, begunAt: Date.now() };
    try {
      const resource = (await this.#resources()).open(uri);
      call.tool = resource.what;
      if (resource.cluster !== undefined) call.cluster = this.#clusters.get(resource.cluster).name;
      authorizeKernelTool(resource.what, "read", this.#settings.access);
      this.#note(call, authorizeResource(resource.what, call.cluster, this.#settings.policy));
      const content = await readContent(resource, context, this.#redactor);
      this.#recorder.called(call);
      return { content };
    } catch (thrown) {
      return { error: this.#failed(thrown, call) };
    }
  }

  #failed(thrown: unknown, call: RecordedCall): CallAnswer {
    const isRecorded = thrown instanceof Recorded;
    const error = this.#toolError(isRecorded ? thrown.cause : thrown, call.context, call.tool);
    if (!isRecorded) this.#recorder.called(call, error);
    return this.#shapedError(namingSettings(error, call.cluster, this.#settings));
  }

  /** Progress comes from the logs of tasks, which may hold anything. */
  #masked(caller: CallContext): CallContext {
    return {
      ...caller,
      progress: (message, ...figures) => caller.progress(this.#redactor.text(message), ...figures),
    };
  }

  async #kernelCall(tool: KernelTool, args: unknown, call: MutableCall): Promise<CallAnswer> {
    const input = await resolveKernelTool(tool, args, this.#checks);
    this.#note(call, authorizeKernelCall(tool.name, tool.risk, this.#settings));
    if ("applies" in tool) return await this.#apply(tool, input, call);
    if (tool.risk !== "read") return await this.#kernelChange(tool, input, call);
    const answer = await tool.run(input, call.context);
    this.#recorder.called(call);
    return await keepLong(answer, tool.title, call.context.subject, this.#keeping);
  }

  async #apply(
    tool: ApplyingTool,
    input: Readonly<Record<string, unknown>>,
    call: MutableCall,
  ): Promise<CallAnswer> {
    const { id, wait } = tool.applies(input);
    call.plan = id;
    const claimed = await this.#plans.claim(id, call.context.subject);
    try {
      const cluster = this.#clusters.get(claimed.plan.cluster);
      call.cluster = cluster.name;
      const hosted = await this.#find(claimed.plan.tool);
      refuseHidden(hosted);
      authorizeTool(hosted, this.#settings.access);
      await refuseUnserved(hosted, cluster, this.#clusters.all, call.context.signal);
      return await this.#changes.apply(claimed, { hosted, cluster, call, wait });
    } finally {
      // Without effect once it has begun, or must not run any more.
      claimed.release();
    }
  }

  async #kernelChange(
    tool: ServingTool,
    input: Readonly<Record<string, unknown>>,
    call: MutableCall,
  ): Promise<CallAnswer> {
    const change = { risk: tool.risk, targets: [] };
    await this.#recorder.before(call, change);
    try {
      const answer = await tool.run(input, call.context);
      this.#recorder.afterWithoutJob(call, change);
      return answer;
    } catch (error) {
      this.#recorder.afterWithoutJob(call, change, error);
      throw new Recorded(error);
    }
  }

  async #toolCall(name: string, args: unknown, call: MutableCall): Promise<CallAnswer> {
    const hosted = await this.#find(name);
    refuseHidden(hosted);
    const resolved = await resolve(hosted, args, {
      settings: this.#settings,
      clusters: this.#clusters,
      checks: this.#checks,
    });
    call.cluster = resolved.cluster.name;
    authorizeTool(hosted, this.#settings.access);
    await refuseUnserved(hosted, resolved.cluster, this.#clusters.all, call.context.signal);
    const parts = { settings: this.#settings, redactor: this.#redactor };
    const reader = new CallReader(hosted, resolved.cluster, call.context, parts);
    if (hosted.tool.plan !== undefined) return await this.#changes.make(resolved, reader, call);
    this.#note(call, authorizeRead(hosted, resolved.cluster.name, this.#settings.policy));
    return await this.#read(resolved, reader, call);
  }

  async #find(name: string): Promise<HostedTool> {
    await this.#host.ready();
    const hosted = this.#host.find(name);
    if (hosted) return hosted;
    const absent = this.#host.absent(name);
    if (absent) {
      throw new ToolError({
        code: "denied",
        message: `${name} is not available here: ${absent.why.replace(/\.$/, "")}.`,
        next: absent.show,
      });
    }
    const listed = this.#host.listed().map(({ tool }) => tool.name);
    throw unknownTool(name, [...listed, ...this.#kernelTools.keys()]);
  }

  async #read(resolved: ResolvedCall, reader: CallReader, call: MutableCall): Promise<CallAnswer> {
    const { hosted, input, cluster } = resolved;
    const { signal } = call.context;
    // The input was validated against this tool's own schema.
    const result = await hosted.tool.read?.(input as never, reader);
    if (signal.aborted) throw cancelled(hosted.tool.name);
    const answer = await this.#shaped(await explainEmpty(result, hosted, cluster, signal), call.context);
    this.#recorder.called(call);
    return answer;
  }

  #note(call: ChangeCall, verdict: Verdict): Verdict {
    if (verdict.notes.length > 0) call.policy = noted(verdict, call, this.#logger);
    return verdict;
  }

  #shaped(result: unknown, { subject }: CallContext): Promise<CallAnswer> {
    return shapeOrKeep(result, subject, this.#keeping);
  }

  /** A plugin's details may be of any form; the error is told even where they cannot be. */
  #shapedError(error: ToolError): CallAnswer {
    try {
      return shapeError(error, this.#redactor);
    } catch {
      const { code, message, next } = error;
      return shapeError(new ToolError({ code, message, ...(next ? { next } : {}) }), this.#redactor);
    }
  }

  #toolError(thrown: unknown, context: CallContext, tool: string): ToolError {
    if (isToolError(thrown)) return thrown;
    if (context.signal.aborted) return cancelled(tool);
    const stack = thrown instanceof Error ? (thrown.stack ?? thrown.message) : String(thrown);
    this.#logger.error(`call ${context.callId} of ${tool} failed: ${stack}`);
    return serverFault(thrown, tool, context.callId);
  }
}

type MutableCall = ChangeCall & { tool: string; cluster?: string };
