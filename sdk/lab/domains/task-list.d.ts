import type { LabTask } from "../tasks/types.ts";
import type { LabCore } from "../types.ts";
/** `/nodes/{node}/tasks`. */
export declare function registerTasks(lab: LabCore): void;
/** A task as lists show it. */
export declare function taskEntry(task: LabTask): {
    user: string;
    tokenid?: string;
    upid: string;
    node: string;
    pid: number;
    pstart: number;
    starttime: number;
    type: string;
    id: string;
    endtime?: number;
    status?: string;
};
