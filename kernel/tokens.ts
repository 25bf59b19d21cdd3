import type { InjectionToken } from "tsyringe";
import type { Artifacts } from "./artifacts/types.ts";
import type { AuditLog } from "./audit/types.ts";
import type { CallRoad } from "./call/types.ts";
import type { KernelTool, ToolHost } from "./host/types.ts";
import type { ClusterInventory } from "./inventory/types.ts";
import type { JobService } from "./jobs/types.ts";
import type { Logger } from "./log.ts";
import type { PlanStore } from "./plans/types.ts";
import type { Resources } from "./resources/types.ts";
import type { Redactor } from "./secrets/redact.ts";
import type { Settings } from "./settings/types.ts";
import type { Cluster } from "./transports/types.ts";
import type { UploadFiles } from "./uploads/upload-files.ts";

function kernelToken<T>(name: string): InjectionToken<T> {
  return Symbol(`kernel:${name}`);
}

/** Tokens of kernel scope. Plugins have containers of their own, which know none of these. */
export const SETTINGS = kernelToken<Settings>("Settings");
export const LOGGER = kernelToken<Logger>("Logger");
export const REDACTOR = kernelToken<Redactor>("Redactor");
export const CLUSTERS = kernelToken<Clusters>("Clusters");
export const AUDIT_LOG = kernelToken<AuditLog>("AuditLog");
export const ARTIFACTS = kernelToken<Artifacts>("Artifacts");
export const UPLOAD_FILES = kernelToken<UploadFiles>("UploadFiles");
export const JOBS = kernelToken<JobService>("JobService");
export const PLANS = kernelToken<PlanStore>("PlanStore");
export const TOOL_HOST = kernelToken<ToolHost>("ToolHost");
export const CALL_ROAD = kernelToken<CallRoad>("CallRoad");
export const KERNEL_TOOLS = kernelToken<readonly KernelTool[]>("KernelTools");

/** Loaded on first use: most clients never ask for a resource. */
export const RESOURCES = kernelToken<() => Promise<Resources>>("Resources");

/** A cluster together with its inventory. */
export interface ClusterAccess extends Cluster {
  readonly inventory: ClusterInventory;
}

/** The configured clusters by name. */
export interface Clusters {
  readonly all: readonly ClusterAccess[];
  /** By name; the only one when `name` is left out. Throws ToolError `invalid_input` otherwise. */
  get(name?: string): ClusterAccess;
  close(): Promise<void>;
}
