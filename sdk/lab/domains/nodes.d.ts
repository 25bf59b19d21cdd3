import type { LabCore } from "../types.ts";
/** The version that the lab claims to be. */
export declare const VERSION: {
    release: string;
    repoid: string;
    version: string;
};
/** `/version` and what a node says of itself. */
export declare function registerNodes(lab: LabCore): void;
