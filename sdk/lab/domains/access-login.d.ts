import type { Tickets } from "../access/tickets.ts";
import type { LabCore } from "../types.ts";
/** Logging in, passwords, realms. */
export declare function registerLogin(lab: LabCore, tickets: Tickets): void;
