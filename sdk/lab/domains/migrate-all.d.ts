import type { TaskHandle } from "../tasks/types.ts";
import type { LabRequest } from "../types.ts";
/** Moves every guest of a node, one child each. */
export declare function migrateAll(request: LabRequest, task: TaskHandle, target: string): Promise<void>;
