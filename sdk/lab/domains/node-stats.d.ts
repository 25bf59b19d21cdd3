import type { LabCore, LabNode } from "../types.ts";
/** What a node uses. Sizes in bytes, uptime in seconds, cpu as a fraction. */
export interface NodeUsage {
    readonly cpu: number;
    readonly mem: number;
    readonly disk: number;
    readonly uptime: number;
}
/** The node's own needs plus those of its running guests. */
export declare function nodeUsage(lab: LabCore, node: LabNode): NodeUsage;
/** A node in lists; without the right to audit it only that it is there. */
export declare function nodeEntry(lab: LabCore, node: LabNode, mayAudit: boolean): Record<string, unknown>;
