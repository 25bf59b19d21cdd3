import type { LabCore, LabNode } from "../types.ts";
/** Reboot, shutdown and waking of nodes. */
export declare function registerNodePower(lab: LabCore): void;
/** Takes a node off the net at once, with what runs on it. */
export declare function cut(lab: LabCore, node: LabNode): void;
/** Brings a node back at once; what is to start with it starts. */
export declare function restore(lab: LabCore, node: LabNode): void;
