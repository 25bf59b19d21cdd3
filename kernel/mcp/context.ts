import { randomUUID } from "node:crypto";
import type { Server } from "@modelcontextprotocol/sdk/server/index.js";
import type { RequestHandlerExtra } from "@modelcontextprotocol/sdk/shared/protocol.js";
import {
  ElicitResultSchema,
  type ServerNotification,
  type ServerRequest,
} from "@modelcontextprotocol/sdk/types.js";
import type { CallContext, HumanAnswer, HumanQuestion } from "../call/types.ts";
import { elicitationSchema, humanAnswer } from "./elicitation.ts";

/** What the protocol knows of one request. */
export type Extra = RequestHandlerExtra<ServerRequest, ServerNotification>;

/** Client facts that this era of the protocol keeps in the connection; each call carries them on. */
interface Peer {
  readonly client: CallContext["client"];
  readonly canElicit: boolean;
}

/** Everything that one request carries. */
export function contextOf(
  subject: string,
  server: Server,
  extra: Extra,
  warn: (text: string) => void,
): CallContext {
  const peer = peerOf(server);
  const base = {
    callId: randomUUID(),
    subject,
    client: peer.client,
    signal: extra.signal,
    progress: progressOf(extra, warn),
  };
  if (!peer.canElicit) return base;
  return { ...base, ask: (question, timeoutMs) => ask(extra, question, timeoutMs) };
}

function progressOf(extra: Extra, warn: (text: string) => void): CallContext["progress"] {
  const progressToken = extra._meta?.progressToken;
  if (progressToken === undefined) return () => undefined;
  let last = 0;
  return (message, progress, total) => {
    // The protocol demands a rising figure; a log line is progress without one.
    last = Math.max(last + 1, progress ?? 0);
    const params = { progressToken, progress: last, message, ...(total === undefined ? {} : { total }) };
    extra.sendNotification({ method: "notifications/progress", params }).catch((error: unknown) => {
      warn(`progress was not sent: ${String(error)}`);
    });
  };
}

function peerOf(server: Server): Peer {
  const { name = "unknown", version = "" } = server.getClientVersion() ?? {};
  const elicitation = server.getClientCapabilities()?.elicitation;
  // An empty capability object means form mode, as before modes existed.
  const canElicit =
    elicitation !== undefined && (elicitation.form !== undefined || elicitation.url === undefined);
  return { client: { name, version }, canElicit };
}

async function ask(extra: Extra, question: HumanQuestion, timeoutMs: number): Promise<HumanAnswer> {
  const params = { message: question.message, requestedSchema: elicitationSchema(question) };
  try {
    const result = await extra.sendRequest({ method: "elicitation/create", params }, ElicitResultSchema, {
      timeout: timeoutMs,
      signal: extra.signal,
    });
    return humanAnswer(question, result);
  } catch {
    // A timeout, a closed or failing client: nobody said yes.
    return "absent";
  }
}
