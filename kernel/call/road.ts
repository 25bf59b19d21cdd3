import { inject, injectable } from "tsyringe";
import { isToolError, ToolError } from "../../sdk/errors.ts";
import type { Artifacts } from "../artifacts/types.ts";
import type { AuditLog } from "../audit/types.ts";
import type { HostedTool, KernelTool, ToolHost } from "../host/types.ts";
import type { JobService } from "../jobs/types.ts";
import type { Logger } from "../log.ts";
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
  REDACTOR,
  RESOURCES,
  SETTINGS,
  TOOL_HOST,
} from "../tokens.ts";
import {
  allowed,
  authorizeKernelCall,
  authorizeKernelTool,
  authorizeRead,
  authorizeResource,
  authorizeTool,
  judge,
} from "./authorize.ts";
import { confirm } from "./confirm.ts";
import { execute, Recorded } from "./execute.ts";
import { runHandOver } from "./hand-over.ts";
import { type KeepParts, keepLong, shapeOrKeep } from "./keep-whole.ts";
import { namingSettings } from "./name-settings.ts";
import { makePlan } from "./plan.ts";
import { readContent } from "./read-content.ts";
import { CallReader } from "./reader.ts";
import { recheck } from "./recheck.ts";
import { type RecordedCall, Recorder } from "./record.ts";
import { refuseUnserved } from "./refuse-unserved.ts";
import { type ResolvedCall, refuseHidden, resolve, resolveKernelTool, unknownTool } from "./resolve.ts";
import { SchemaChecks } from "./schema-checks.ts";
import { shapeError } from "./shape-error.ts";
import { shapePlan } from "./shape-plan.ts";
import type { CallAnswer, CallContext, CallRoad, Plan, ResourceAnswer } from "./types.ts";
import { cancelled } from "./upstream-errors.ts";

/** The road every call takes: resolve, authorize, plan, confirm, execute, record, shape. */
@injectable()
export class Road implements CallRoad {
  readonly #settings: Settings;
  readonly #redactor: Redactor;
  readonly #logger: Logger;
  readonly #clusters: Clusters;
  readonly #jobs: JobService;
  readonly #host: ToolHost;
  readonly #keeping: KeepParts;
  readonly #resources: () => Promise<Resources>;
  readonly #kernelTools: ReadonlyMap<string, KernelTool>;
  readonly #recorder: Recorder;
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
  ) {
    this.#settings = settings;
    this.#redactor = redactor;
    this.#logger = logger;
    this.#clusters = clusters;
    this.#jobs = jobs;
    this.#host = host;
    const longest = settings.limits.artifactInlineChars;
    this.#keeping = { artifacts, redactor, logger, longest };
    this.#resources = resources;
    this.#kernelTools = new Map(kernelTools.map((tool) => [tool.name, tool]));
    this.#recorder = new Recorder(audit, redactor, logger);
    this.#checks = new SchemaChecks(redactor);
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
    if (tool.risk !== "read") return await this.#kernelChange(tool, input, call);
    const answer = await tool.run(input, call.context);
    this.#recorder.called(call);
    return await keepLong(answer, tool.title, call.context.subject, this.#keeping);
  }

  async #kernelChange(
    tool: KernelTool,
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
    const reader = new CallReader(hosted, resolved.cluster, call.context);
    if (hosted.tool.plan !== undefined) return await this.#change(resolved, reader, call);
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

  async #change(resolved: ResolvedCall, reader: CallReader, call: MutableCall): Promise<CallAnswer> {
    const { hosted, cluster, input, common } = resolved;
    const { context } = call;
    const plan = await makePlan({
      hosted,
      cluster,
      input,
      reader,
      subject: context.subject,
      isRootLogin: this.#isRootLogin(cluster.name),
      redactor: this.#redactor,
    });
    const by = { settings: this.#settings, cluster, signal: context.signal };
    const verdict = this.#note(call, await judge(hosted, plan, by));
    if (common.dryRun) return this.#dryRun(plan, call, verdict.refusal);
    allowed(verdict);
    const asked = await confirm(plan, context, this.#settings, this.#redactor, verdict.confirm);
    if (asked) {
      await recheck(plan, cluster, context.signal);
      // Tags and pools may have changed as well while the human thought.
      allowed(await judge(hosted, plan, by));
    }
    const { handOver } = hosted.tool;
    if (handOver !== undefined) {
      return await runHandOver(plan, {
        cluster,
        recorder: this.#recorder,
        redactor: this.#redactor,
        call,
        origin: this.#originOf(cluster.name),
        handOver,
      });
    }
    return await execute(plan, context, {
      cluster,
      jobs: this.#jobs,
      recorder: this.#recorder,
      redactor: this.#redactor,
      shape: (result) => this.#shaped(result, context),
      call,
      wait: common.wait,
    });
  }

  #note(call: MutableCall, verdict: Verdict): Verdict {
    if (verdict.notes.length > 0) call.policy = noted(verdict, call, this.#logger);
    return verdict;
  }

  #shaped(result: unknown, { subject }: CallContext): Promise<CallAnswer> {
    return shapeOrKeep(result, subject, this.#keeping);
  }

  #dryRun(plan: Plan, call: RecordedCall, refusal: ToolError | undefined): CallAnswer {
    this.#recorder.called(call);
    return shapePlan(plan, this.#redactor, refusal);
  }

  #originOf(cluster: string): string {
    const [first] = this.#settings.clusters.find(({ name }) => name === cluster)?.hosts ?? [];
    if (first === undefined) return "";
    return `https://${first.host.includes(":") ? `[${first.host}]` : first.host}:${first.port}`;
  }

  #isRootLogin(cluster: string): boolean {
    const credentials = this.#settings.clusters.find(({ name }) => name === cluster)?.credentials;
    return credentials?.kind === "password" && credentials.username === "root@pam";
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
    return new ToolError({
      code: "internal",
      message: `${tool} failed because of a fault in this server or plugin (call ${context.callId}).`,
      next: "The operator finds the cause in the server's log under that call.",
    });
  }
}

type MutableCall = RecordedCall & { tool: string; cluster?: string; policy?: readonly string[] };
