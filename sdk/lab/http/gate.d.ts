import type { IncomingMessage } from "node:http";
import type { Tickets } from "../access/tickets.ts";
import { type Pipeline } from "../frame/pipeline.ts";
import type { LabCore } from "../types.ts";
import { type Reply } from "./respond.ts";
/** What the gate needs. */
export interface GateParts {
    readonly lab: LabCore;
    readonly pipeline: Pipeline;
    readonly tickets: Tickets;
    /** Milliseconds by which a refusal of credentials is delayed; 3000 in real life. */
    readonly refusalDelay: number;
}
/** Takes an HTTP request through what stands before the API itself, in the daemon's own order. */
export declare function answer(parts: GateParts, request: IncomingMessage): Promise<Reply>;
