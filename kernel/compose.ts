import "reflect-metadata";
import { container as root } from "tsyringe";
import { CHANGE_RESULT } from "../sdk/result-schemas.ts";
import { artifactsForPlugins } from "./artifacts/for-plugins.ts";
import { StoredArtifacts } from "./artifacts/store.ts";
import { artifactTool } from "./artifacts/tool.ts";
import type { Artifacts } from "./artifacts/types.ts";
import { ChainedAuditLog } from "./audit/log.ts";
import { Road } from "./call/road.ts";
import type { CallRoad } from "./call/types.ts";
import type { Completions } from "./completions/completions.ts";
import { CAPABILITIES_TOOL, capabilitiesTool } from "./host/capabilities.ts";
import { PluginHost } from "./host/host.ts";
import type { KernelTool, ToolHost } from "./host/types.ts";
import { StoredJobs } from "./jobs/service.ts";
import { createJobTools } from "./jobs/tools.ts";
import { createLogger, type Logger } from "./log.ts";
import { StoredPlans } from "./plans/store.ts";
import { createPlanTools } from "./plans/tools.ts";
import type { Prompts } from "./prompts/prompts.ts";
import type { Resources } from "./resources/types.ts";
import { createRedactor } from "./secrets/redact.ts";
import type { ClusterSettings, Settings } from "./settings/types.ts";
import {
  ARTIFACTS,
  AUDIT_LOG,
  CALL_ROAD,
  CLUSTERS,
  JOBS,
  KERNEL_TOOLS,
  LOGGER,
  PLANS,
  REDACTOR,
  RESOURCES,
  SETTINGS,
  TOOL_HOST,
  UPLOAD_FILES,
} from "./tokens.ts";
import { ConfiguredClusters } from "./transports/clusters.ts";
import { uploadsForPlugins } from "./uploads/for-plugins.ts";
import { UploadFiles } from "./uploads/upload-files.ts";

/** Characters that an answer takes besides the part of an artifact that it shows. */
const ROOM_AROUND = 1_000;

/** A kernel that is wired but has done nothing yet. */
export interface Kernel {
  readonly logger: Logger;
  /** Answers carry structured content besides the text. */
  readonly structured: boolean;
  readonly host: ToolHost;
  readonly road: CallRoad;
  readonly kernelTools: readonly KernelTool[];
  readonly artifacts: Artifacts;
  readonly resources: () => Promise<Resources>;
  readonly prompts: () => Promise<Prompts>;
  readonly completions: () => Promise<Completions>;
  /** Loads plugins and takes up abandoned jobs. Rejects where a bad plugin must stop the start. */
  start(): Promise<void>;
  /** Waits for writes on the wire, leaves tasks running, seals the audit chain. */
  close(): Promise<void>;
}

/** Builds the container; the only place that does, and that looks anything up in it. */
export function compose(settings: Settings, version: string): Kernel {
  const redactor = createRedactor(settings.clusters.flatMap(secretsOf));
  const logger = createLogger(settings.logLevel, redactor);
  const container = root.createChildContainer();
  container.registerInstance(SETTINGS, settings);
  container.registerInstance(REDACTOR, redactor);
  container.registerInstance(LOGGER, logger);
  container.registerSingleton(CLUSTERS, ConfiguredClusters);
  container.registerSingleton(AUDIT_LOG, ChainedAuditLog);
  container.registerSingleton(JOBS, StoredJobs);
  container.registerSingleton(ARTIFACTS, StoredArtifacts);
  const uploads = new UploadFiles(settings.uploadDirs, container.resolve(ARTIFACTS));
  container.registerInstance(UPLOAD_FILES, uploads);
  container.registerSingleton(PLANS, StoredPlans);

  const clusters = container.resolve(CLUSTERS);
  const artifacts = container.resolve(ARTIFACTS);
  const jobs = container.resolve(JOBS);
  const jobTools = createJobTools({ jobs, redactor, maxWaitMs: settings.limits.taskTimeoutMs });
  const longest = settings.limits.artifactInlineChars;
  const plans = container.resolve(PLANS);
  const planTools = createPlanTools({
    plans,
    taskTimeoutMs: settings.limits.taskTimeoutMs,
    changeResult: { ...CHANGE_RESULT },
  });
  const ownTools = [...jobTools, ...planTools, artifactTool(artifacts, longest - ROOM_AROUND)];
  const reserved = [CAPABILITIES_TOOL, ...ownTools.map((tool) => tool.name)];
  const host: ToolHost = new PluginHost({
    settings,
    logger,
    clusters,
    artifacts: artifactsForPlugins(artifacts),
    uploads: uploadsForPlugins(uploads),
    reserved,
  });
  const kernelTools: readonly KernelTool[] = [
    capabilitiesTool({ host, settings, clusters, version }),
    ...ownTools,
  ];
  const resources = once(async () => {
    const { kernelResources } = await import("./resources/kernel.ts");
    return kernelResources({ clusters, jobs, artifacts, longest });
  });
  container.registerInstance(TOOL_HOST, host);
  container.registerInstance(KERNEL_TOOLS, kernelTools);
  container.registerInstance(RESOURCES, resources);
  container.registerSingleton(CALL_ROAD, Road);

  return {
    logger,
    structured: settings.structured,
    host,
    road: container.resolve(CALL_ROAD),
    kernelTools,
    artifacts,
    resources,
    prompts: once(async () => {
      const { Prompts } = await import("./prompts/prompts.ts");
      return new Prompts(
        host,
        clusters.all.map(({ name }) => name),
      );
    }),
    completions: once(async () => {
      const { Completions } = await import("./completions/completions.ts");
      return new Completions({ clusters, jobs, artifacts });
    }),
    start: async () => {
      await host.ready();
      await jobs.recover();
    },
    close: async () => {
      await jobs.close();
      await plans.close();
      await clusters.close();
      await container.resolve(AUDIT_LOG).close();
    },
  };
}

/** Loaded and made when first asked for: most clients never do. */
function once<T>(make: () => Promise<T>): () => Promise<T> {
  let made: Promise<T> | undefined;
  return () => {
    made ??= make();
    return made;
  };
}

function secretsOf({ credentials, ssh }: ClusterSettings): string[] {
  const signIn = credentials.kind === "token" ? credentials.secret : credentials.password;
  return [signIn, ...(ssh?.passphrase === undefined ? [] : [ssh.passphrase])].map((secret) =>
    secret.reveal(),
  );
}
