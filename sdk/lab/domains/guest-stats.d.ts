import type { LabCore, LabGuest, LabNode } from "../types.ts";
/** What a guest uses. Sizes in bytes, uptime in seconds, cpu as a fraction of its cores. */
export interface GuestUsage {
    readonly cpu: number;
    readonly mem: number;
    readonly disk: number;
    readonly diskread: number;
    readonly diskwrite: number;
    readonly netin: number;
    readonly netout: number;
    readonly uptime: number;
}
/** Made-up but steady figures of a running guest; zeros for a stopped one. */
export declare function usageOf(lab: LabCore, guest: LabGuest, limits?: GuestLimits): GuestUsage;
/** What a guest may use at most; sizes in bytes. */
export interface GuestLimits {
    readonly cpus: number;
    readonly maxmem: number;
    readonly maxdisk: number;
}
/** Cores, memory and disk of a guest as its configuration sets them; a container's cores default to the node's. */
export declare function limitsOf(guest: LabGuest, node: LabNode | undefined): GuestLimits;
/** Name of a guest as lists show it. */
export declare function nameOf(guest: LabGuest): string;
/** A guest as `/cluster/resources` and pools show it. Of a node that is down, little is known. */
export declare function guestResource(lab: LabCore, guest: LabGuest, pool: string | undefined): Record<string, unknown>;
