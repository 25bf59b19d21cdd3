import type { LabCore, LabGuest } from "../types.ts";
/** Starting and stopping of containers. */
export declare function registerLxcPower(lab: LabCore): void;
/** Begins the life of a container. */
export declare function run(lab: LabCore, guest: LabGuest): void;
