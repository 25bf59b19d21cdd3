import type { TaskHandle } from "../tasks/types.ts";
import type { LabCore, LabGuest } from "../types.ts";
/** Moves a container to another node, with its volumes where these are local. A task's worker. */
export declare function migrateContainer(lab: LabCore, task: TaskHandle, guest: LabGuest, target: string): Promise<void>;
