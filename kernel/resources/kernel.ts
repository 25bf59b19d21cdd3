import type { JobService } from "../jobs/types.ts";
import { artifactResources } from "./artifacts.ts";
import { type InventoryParts, inventoryResources } from "./inventory.ts";
import { jobLogResources } from "./job-logs.ts";
import { KernelResources } from "./resources.ts";
import type { Resources } from "./types.ts";

/** What all resources are made of. */
export interface ResourceParts extends InventoryParts {
  readonly jobs: JobService;
}

/** Every resource that the kernel has. */
export function kernelResources(parts: ResourceParts): Resources {
  return new KernelResources([
    inventoryResources(parts),
    jobLogResources(parts.jobs),
    artifactResources(parts.artifacts),
  ]);
}
