/** A simulated Proxmox VE cluster for plugin authors, tests and the demo. */

export { aclKey as tokenAclKey } from "./access/access.ts";
export type { FaultKind, Faults, RequestFault, TaskFault } from "./faults.ts";
export type { LabCall } from "./http/gate.ts";
export { createLab, type Lab, type LabOptions, type SeedName } from "./lab.ts";
export { runLab } from "./main.ts";
export type { LabRun, RunOptions } from "./node-shell/session.ts";
export { LAB_RELEASES, type ReleaseName } from "./release.ts";
export type { SeedToken } from "./seeds/build.ts";
export type { LabTask } from "./tasks/types.ts";
export type { LabGuest, LabNode, LabPool, LabSnapshot, LabState, LabStorage } from "./types.ts";
