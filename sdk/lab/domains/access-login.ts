import { normalizePath, pathPrefixes } from "../access/paths.ts";
import { answersChallenge, challengeOf } from "../access/second-factor.ts";
import type { Tickets } from "../access/tickets.ts";
import { parseUserid } from "../access/userid.ts";
import { die, LabError, permError } from "../errors.ts";
import { isUsable } from "../http/credentials.ts";
import { isConsoleTicket } from "../qemu/console.ts";
import type { LabCore, LabRequest, LabState } from "../types.ts";
import { lookupUser, userOf } from "./access-parts.ts";
import { registerTfa } from "./access-tfa.ts";
import { checkPassword, confirmed, setPassword } from "./passwords.ts";
import { registerRealms } from "./realms.ts";

/** Logging in, passwords, realms. (pve-access-control, src/PVE/API2/AccessControl.pm) */
export function registerLogin(lab: LabCore, tickets: Tickets): void {
  lab.route("GET /access/ticket", () => null);
  lab.route("POST /access/ticket", (request) => login(request, tickets));
  lab.route("POST /access/vncticket", verifyConsole);
  lab.route("PUT /access/password", changePassword);
  registerRealms(lab);
  registerTfa(lab);
}

/** Who may not in is never told why. */
function orRefused<T>(attempt: () => T): T {
  try {
    return attempt();
  } catch (error) {
    if (error instanceof LabError) throw new LabError(401, "authentication failure");
    throw error;
  }
}

function login(request: LabRequest, tickets: Tickets): unknown {
  const { params, lab } = request;
  const realm = params.text("realm");
  const given = params.need("username");
  const userid = lookupUser(lab.state, realm === undefined || realm === "" ? given : `${given}@${realm}`);
  const answer = orRefused(() => {
    if (!isUsable(userid, lab.state.access, lab.clock.seconds())) throw die("no such user, or not now");
    return params.text("path") && params.text("privs")
      ? verifyRights(request, userid, tickets)
      : createTicket(request, userid, tickets);
  });
  const { clusterName } = lab.state;
  const tellsCluster =
    clusterName !== undefined && lab.state.access.permissions(userid, "/").has("Sys.Audit");
  return {
    ...answer,
    ...("NeedTFA" in answer ? {} : { cap: capabilities(lab.state, userid) }),
    ...(tellsCluster ? { clustername: clusterName } : {}),
  };
}

interface LoginAnswer {
  readonly username: string;
  readonly ticket?: string;
  readonly CSRFPreventionToken?: string;
  readonly NeedTFA?: 1;
}

/** Whether a user holds all of some privileges: nothing is issued. */
function verifyRights({ params, lab }: LabRequest, username: string, tickets: Tickets): LoginAnswer {
  const path = normalizePath(params.need("path"));
  const password = params.need("password");
  if (tickets.user(password, lab.clock.seconds()) !== username) checkPassword(lab.state, username, password);
  requireHeld(lab.state, username, { path, privileges: params.list("privs") });
  return { username };
}

function requireHeld(
  { access }: LabState,
  id: string,
  { path, privileges }: { path: string | undefined; privileges: readonly string[] },
): void {
  const held = path === undefined ? undefined : access.permissions(id, path);
  if (privileges.length > 0 && privileges.every((name) => held?.has(name) === true)) return;
  throw die("no permission");
}

/** A password may be a ticket that is still good, of the user or of root. */
function createTicket({ params, lab }: LabRequest, userid: string, tickets: Tickets): LoginAnswer {
  const now = lab.clock.seconds();
  const [password, otp, challenge] = [
    params.need("password"),
    params.text("otp"),
    params.text("tfa-challenge"),
  ];
  if (otp !== undefined && challenge !== undefined) throw die("two answers at once");
  const issued = () => {
    const { ticket, csrf } = tickets.issue(userid, now);
    return { username: userid, ticket, CSRFPreventionToken: csrf };
  };
  const user = userOf(lab.state, userid);
  if (challenge !== undefined && challenge !== "") {
    if (!tickets.isChallenge(challenge, userid, now)) throw die("bad ticket");
    if (!answersChallenge(user, password, now)) throw die("failed 2nd factor");
    return issued();
  }
  const holder = tickets.user(password, now);
  if (challenge === undefined && (holder === userid || holder === "root@pam")) return issued();
  checkPassword(lab.state, userid, password);
  const factors = challengeOf(user);
  if (factors === undefined) {
    if (otp !== undefined) throw die("no such challenge");
    if (lab.state.access.realms.get(parseUserid(userid).realm)?.config.has("tfa") === true)
      throw die("missing required 2nd keys");
    return issued();
  }
  if (otp !== undefined && !answersChallenge(user, otp, now)) throw die("failed 2nd factor");
  const { ticket, csrf } = tickets.challenge(userid, factors, now);
  return { username: userid, ticket, CSRFPreventionToken: csrf, NeedTFA: 1 };
}

/** A console's ticket is checked against its user, path and port, and the user's rights there. */
function verifyConsole({ params, lab }: LabRequest): null {
  return orRefused(() => {
    const path = normalizePath(params.need("path"));
    const user = params.need("authid");
    const wanted = { ticket: params.need("vncticket"), user, path, port: params.integer("port") };
    if (!isConsoleTicket(lab, wanted)) throw die("permission denied - invalid PVEVNC ticket");
    requireHeld(lab.state, user, { path, privileges: params.list("privs") });
    return null;
  });
}

const AREAS: Readonly<Record<string, RegExp>> = {
  vms: /^VM\.|^Permissions\.Modify/,
  access: /^(User|Group)\.|^Permissions\.Modify/,
  storage: /^Datastore\.|^Permissions\.Modify/,
  nodes: /^Sys\.|^Permissions\.Modify/,
  sdn: /^SDN\.|^Permissions\.Modify/,
  dc: /^Sys\.Audit|^Sys\.Modify|^SDN\./,
  mapping: /^Mapping\.|^Permissions\.Modify/,
};

const LOOKED_AT = ["/", "/nodes", "/access/groups", "/vms", "/storage", "/sdn", "/mapping"];

/** What a user interface may show: privileges by area, wherever they are held. */
function capabilities(state: LabState, userid: string): Record<string, Record<string, number>> {
  const found: Record<string, Record<string, number>> = {};
  for (const area of Object.keys(AREAS)) found[area] = {};
  const named = [...state.access.acl.values()].flatMap(({ path }) => pathPrefixes(path));
  const paths = new Set([...LOOKED_AT, ...named]);
  for (const path of paths) {
    const top = /^\/(\w+)/.exec(path)?.[1] ?? "dc";
    for (const name of state.access.permissions(userid, path).keys()) {
      const areas = top === "pool" ? ["vms", "storage"] : [top];
      for (const area of areas) {
        const held = found[area];
        if (held !== undefined && AREAS[area]?.test(name) === true) held[name] = 1;
      }
    }
  }
  return found;
}

function changePassword({ params, lab, caller }: LabRequest): null {
  const name = "confirmation-password";
  const { userid } = confirmed(lab.state, caller, {
    ...{ userid: params.need("userid"), password: params.text(name), name },
  });
  if (caller.id !== "root@pam" && caller.id !== userid && parseUserid(userid).realm === "pam")
    throw permError();
  setPassword(lab.state, userid, params.need("password"));
  return null;
}
