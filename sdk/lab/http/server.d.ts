import type { IncomingMessage } from "node:http";
import { type Server } from "node:https";
import type { LabCertificate } from "./certificate.ts";
import { type GateParts } from "./gate.ts";
import { type Reply } from "./respond.ts";
/** What the server needs besides the gate. */
export interface ServerParts extends GateParts {
    readonly certificate: LabCertificate;
    /** Answers requests below `/lab/`; undefined where control is off. */
    readonly control: ((request: IncomingMessage) => Promise<Reply>) | undefined;
}
/** Starts listening; answers the server and its port. */
export declare function listen(parts: ServerParts, host: string, port: number): Promise<{
    server: Server;
    port: number;
}>;
