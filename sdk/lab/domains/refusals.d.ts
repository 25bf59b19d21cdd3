import type { LabCore } from "../types.ts";
/** Endpoints of which only the refusals are simulated: who lacks a right learns it, who has it gets a 501. */
export declare function registerRefusals(lab: LabCore): void;
