import type { IncomingMessage, ServerResponse } from "node:http";
import type { Endpoint } from "../../../vendor/pve-docs/types.ts";
import type { LabError } from "../errors.ts";
/** An answer ready to be written. */
export interface Reply {
    readonly status: number;
    readonly reason: string;
    readonly body: string;
    readonly type: string;
    readonly gzip?: boolean;
}
/** Text of a fault that arose outside the API's own code. */
export declare function plain(status: number, text: string): Reply;
/** A status and nothing else. */
export declare function bare(status: number, reason: string): Reply;
/** `format` is what stands after `/api2/`. */
export declare function success(format: "json" | "extjs", data: unknown): Reply;
/** A fault as the API answers it; `extjs` hides it behind a 200. */
export declare function failure(format: "json" | "extjs", fault: LabError, endpoint: Endpoint | undefined): Reply;
/** Writes an answer. A fault closes the connection, as does the hundredth answer. */
export declare function send(request: IncomingMessage, response: ServerResponse, reply: Reply): Promise<void>;
