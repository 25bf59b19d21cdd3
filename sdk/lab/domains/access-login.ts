import type { Tickets } from "../access/tickets.ts";
import { parseUserid } from "../access/userid.ts";
import { die, LabError, paramError } from "../errors.ts";
import { isUsable } from "../http/credentials.ts";
import type { LabCore, LabRequest, LabState } from "../types.ts";
import { registerTfa } from "./access-tfa.ts";
import { registerRealms } from "./realms.ts";

/** Logging in, passwords, realms. */
export function registerLogin(lab: LabCore, tickets: Tickets): void {
  lab.route("GET /access/ticket", () => null);
  lab.route("POST /access/ticket", (request) => login(request, tickets));
  lab.route("POST /access/vncticket", () => {
    throw refused();
  });
  lab.route("PUT /access/password", (request) => changePassword(request));
  registerRealms(lab);
  registerTfa(lab);
}

function refused(): LabError {
  return new LabError(401, "authentication failure");
}

/** A password may be a ticket that is still good. */
function login({ params, lab }: LabRequest, tickets: Tickets): unknown {
  const given = params.need("username");
  const realm = params.text("realm");
  const userid = realm === undefined || given.includes("@") ? given : `${given}@${realm}`;
  const now = lab.clock.seconds();
  const user = lab.state.access.users.get(userid);
  const password = params.need("password");
  const isKnown = user?.password === password || tickets.user(password, now) === userid;
  if (user === undefined || !isUsable(userid, lab.state.access, now) || !isKnown) throw refused();
  const { ticket, csrf } = tickets.issue(userid, now);
  return {
    username: userid,
    ticket,
    CSRFPreventionToken: csrf,
    cap: capabilities(lab.state, userid),
    ...(lab.state.clusterName === undefined ? {} : { clustername: lab.state.clusterName }),
  };
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
  const paths = new Set([...LOOKED_AT, ...[...state.access.acl.values()].map(({ path }) => path)]);
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

function changePassword({ params, lab, caller, check, may }: LabRequest): null {
  const { userid, realm } = parseUserid(params.need("userid"));
  const { users } = lab.state.access;
  const own = users.get(caller.id);
  if (caller.id !== "root@pam") {
    const confirmation = params.text("confirmation-password");
    if (confirmation === undefined) {
      throw paramError({ "confirmation-password": "password is required to modify user" });
    }
    if (own?.password !== confirmation) throw die("invalid credentials");
    if (userid !== caller.id) {
      check(`/access/realm/${realm}`, ["Realm.AllocateUser"]);
      if (!may("/access/groups", ["User.Modify"])) check("/access/groups", ["User.Modify"]);
    }
  }
  const user = users.get(userid);
  if (user === undefined) throw die(`no such user ('${userid}')`);
  user.password = params.need("password");
  return null;
}
