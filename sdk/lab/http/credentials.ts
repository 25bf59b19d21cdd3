import type { IncomingHttpHeaders } from "node:http";
import type { Tickets } from "../access/tickets.ts";
import type { AccessState, Caller } from "../access/types.ts";
import { decodePercent } from "./params.ts";

/** Who asks, or why we do not know. */
export type Identified =
  | { readonly caller: Caller | undefined; readonly byToken: boolean }
  /** The reason phrase of the 401. */
  | { readonly refused: string };

const OPEN = new Set([
  "GET /access/domains",
  "GET /access/ticket",
  "POST /access/ticket",
  "POST /access/vncticket",
  "POST /access/openid/auth-url",
  "POST /access/openid/login",
]);

/** Reads the credentials of a request. A cookie wins over a token, and a write by ticket needs its CSRF token. */
export function identify(
  method: string,
  path: string,
  headers: IncomingHttpHeaders,
  access: AccessState,
  tickets: Tickets,
  now: number,
): Identified {
  const ticket =
    namedValue(headers.cookie, "PVEAuthCookie") ?? namedValue(headers.authorization, "PVEAuthCookie");
  const token = ticket === undefined ? namedValue(headers.authorization, "PVEAPIToken") : undefined;
  if (OPEN.has(`${method} ${path}`)) {
    return { caller: undefined, byToken: token !== undefined };
  }
  if (token !== undefined) {
    const caller = byToken(token, access, now);
    return caller === undefined ? { refused: "Authentication failed!" } : { caller, byToken: true };
  }
  if (ticket === undefined) return { refused: "No ticket" };
  const user = tickets.user(ticket, now);
  if (user === undefined || !isUsable(user, access, now)) return { refused: "Authentication failed!" };
  const csrf = headers.csrfpreventiontoken;
  if (method !== "GET" && !tickets.isCsrf(typeof csrf === "string" ? csrf : undefined, user, now)) {
    return { refused: "Permission denied - invalid csrf token" };
  }
  return { caller: { id: user, user, token: undefined }, byToken: false };
}

/** Whether the user exists, is enabled and has not expired. */
export function isUsable(userid: string, access: AccessState, now: number): boolean {
  const user = access.users.get(userid);
  return user?.enable === true && !isPast(user.expire, now);
}

function byToken(text: string, access: AccessState, now: number): Caller | undefined {
  const [, user, name, secret] = /^([^\s!]+)!([A-Za-z][A-Za-z0-9.\-_]+)=(\S+)$/.exec(text) ?? [];
  if (user === undefined || name === undefined || !isUsable(user, access, now)) return undefined;
  const token = access.users.get(user)?.tokens.get(name);
  if (token === undefined || token.secret !== secret || isPast(token.expire, now)) return undefined;
  return { id: `${user}!${name}`, user, token: name };
}

function isPast(expire: number, now: number): boolean {
  return expire !== 0 && expire < now;
}

/** `NAME=value` or `NAME value` among cookies or in an authorization header. */
function namedValue(header: string | undefined, name: string): string | undefined {
  const found = new RegExp(`(?:^|\\s)${name}[= ]([^;]*)`).exec(header ?? "")?.[1];
  return found === undefined || found === "" ? undefined : decodePercent(found);
}
