import type { IncomingHttpHeaders } from "node:http";
import type { Tickets } from "../access/tickets.ts";
import type { AccessState, Caller } from "../access/types.ts";
/** Who asks, or why we do not know. */
export type Identified = {
    readonly caller: Caller | undefined;
    readonly byToken: boolean;
}
/** The reason phrase of the 401. */
 | {
    readonly refused: string;
};
/** Reads the credentials of a request. A cookie wins over a token, and a write by ticket needs its CSRF token. */
export declare function identify(method: string, path: string, headers: IncomingHttpHeaders, access: AccessState, tickets: Tickets, now: number): Identified;
/** Whether the user exists, is enabled and has not expired. */
export declare function isUsable(userid: string, access: AccessState, now: number): boolean;
