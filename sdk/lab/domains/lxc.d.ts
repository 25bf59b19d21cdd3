import type { LabCore, LabGuest, LabRequest } from "../types.ts";
/** Containers: what inventories read. Changes are in `lxc-power.ts`. */
export declare function registerLxc(lab: LabCore): void;
/** The container of a request; fails as reading its missing configuration file does. */
export declare function loadContainer({ lab, params, node }: LabRequest): LabGuest;
