import type { TaskHandle } from "../tasks/types.ts";
import type { LabGuest, LabRequest } from "../types.ts";
/** On everything, or on each guest that is named. */
export declare function requirePrivilege({ params, check, may }: LabRequest, privilege: string): void;
/** A guest with its place in the starting order; `up` and `down` in seconds. */
export interface Ordered {
    readonly guest: LabGuest;
    readonly order: number;
    readonly up: number | undefined;
    readonly down: number | undefined;
}
/** Guests of the node in starting order: those that are named, or all. */
export declare function guestsOf({ lab, node, params }: LabRequest, keeps: (guest: LabGuest) => boolean): Ordered[];
/** A guest as logs call it. */
export declare function label(guest: LabGuest): string;
/** Waits for a child; what goes wrong with it is told in the parent's log. */
export declare function follow(task: TaskHandle, doing: string, guest: LabGuest, upid: Promise<string>): Promise<void>;
/** As many at once as the default of a small node. */
export declare function inParallel<T>(items: readonly T[], work: (item: T) => Promise<void>): Promise<void>;
/** Whether an exit status means failure; warnings do not. */
export declare function isError(status: string): boolean;
/** The text of something thrown. */
export declare function messageOf(error: unknown): string;
