import type { Tickets } from "../access/tickets.ts";
import type { LabCore } from "../types.ts";
/** Everything that the lab simulates. */
export declare function registerDomains(lab: LabCore, tickets: Tickets): void;
