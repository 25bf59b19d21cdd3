import type { LabRealm } from "../access/types.ts";
import { die, LabError, paramError } from "../errors.ts";
import {
  assertUnchanged,
  checkSection,
  type Section,
  type SectionFile,
  type SectionOptions,
  sectionDigest,
  sectionOptions,
  underLock,
} from "../sections.ts";
import type { LabCore, LabRequest, LabState } from "../types.ts";
import { syncOptions } from "./sync-options.ts";

const DIRECTORY =
  "server2? bind_dn? password? port? secure? sslversion? default? comment? tfa? verify? capath? cert? certkey? filter? sync_attributes? user_classes? group_dn? group_name_attr? group_filter? group_classes? sync-defaults-options? mode? case-sensitive?";

/** Options by type of realm. (pve-access-control, src/PVE/Auth/*.pm) */
const OPTIONS: Readonly<Record<string, SectionOptions>> = {
  ad: sectionOptions(`server1 domain base_dn? user_attr? ${DIRECTORY}`),
  ldap: sectionOptions(`server1 base_dn user_attr ${DIRECTORY}`),
  openid: sectionOptions(
    "issuer-url client-id client-key? autocreate? username-claim?! groups-claim? groups-autocreate? groups-overwrite? prompt? scopes? acr-values? default? comment? query-userinfo? audiences?",
  ),
  pam: sectionOptions("default? comment? tfa?"),
  pve: sectionOptions("default? comment? tfa?"),
};

/** Kept apart from the configuration, or only for the call. */
const WITHOUT = ["realm", "password", "check-connection", "digest", "delete"];

/** Realms. (pve-access-control, src/PVE/API2/Domains.pm, OpenId.pm) */
export function registerRealms(lab: LabCore): void {
  lab.route("GET /access/domains", ({ lab: { state } }) =>
    [...state.access.realms.values()].map(({ realm, type, config }) => ({
      ...{ realm, type },
      ...(config.has("comment") ? { comment: config.get("comment") } : {}),
      ...(config.get("default") === 1 ? { default: 1 } : {}),
      ...tfaOf(config),
    })),
  );
  lab.route("GET /access/domains/{realm}", ({ params, lab: { state } }) => {
    const { type, config } = realmOf(state, params.need("realm"), "domain");
    const plugin = type === "pam" ? { plugin: "PVE::Auth::PAM" } : {};
    return { ...Object.fromEntries(config), ...plugin, digest: digestOf(state) };
  });
  lab.route("POST /access/domains", (request) => underLock("add auth server failed", () => create(request)));
  lab.route("PUT /access/domains/{realm}", (request) =>
    underLock("update auth server failed", () => update(request)),
  );
  lab.route("DELETE /access/domains/{realm}", (request) =>
    underLock("delete auth server failed", () => remove(request)),
  );
  lab.route("POST /access/domains/{realm}/sync", sync);
  lab.route("POST /access/openid/auth-url", ({ params, lab: { state } }) => {
    const { realm, type } = realmOf(state, params.need("realm"), "authentication domain");
    if (type !== "openid") throw die(`wrong realm type (${type} != openid)`);
    throw die(`the lab has no OpenID provider for realm ${realm}`);
  });
  // The state that it takes comes from a provider, and the lab has none.
  lab.route("POST /access/openid/login", () => {
    throw new LabError(401, "authentication failure");
  });
}

function tfaOf(config: Section): { tfa?: string } {
  const type = /(?:^|,)(?:type=)?(yubico|oath)(?:,|$)/.exec(String(config.get("tfa") ?? ""))?.[1];
  return type === undefined ? {} : { tfa: type };
}

function realmOf({ access }: LabState, realm: string, what: string): LabRealm {
  const found = access.realms.get(realm);
  if (found !== undefined) return found;
  throw die(`${what} '${realm}' does not exist`);
}

function digestOf({ access }: LabState): string {
  const file: SectionFile = new Map([...access.realms].map(([realm, { config }]) => [realm, config]));
  return sectionDigest(file);
}

const isDirectory = (type: string): boolean => type === "ad" || type === "ldap";

/** The properties given, as they are kept: what an empty text would set is not written. */
function checked({ endpoint, params }: LabRequest, type: string, create: boolean): Section {
  const options = OPTIONS[type] ?? {};
  const given = checkSection(endpoint, params, { type, options, create, without: WITHOUT });
  const sync = given.get("sync-defaults-options");
  if (isDirectory(type) && typeof sync === "string") given.set("sync-defaults-options", syncOptions(sync));
  return given;
}

/** Only directories can be tried, and the lab reaches none. */
function checkConnection({ params }: LabRequest, type: string): void {
  if (!params.has("check-connection") || isDirectory(type)) return;
  throw die("'check-connection' parameter can only be set for realms of type 'ldap' or 'ad'");
}

function tryConnection({ params }: LabRequest, config: Section): void {
  if (params.flag("check-connection")) throw unreachable(config);
}

function unreachable(config: Section): Error {
  return die(`unable to connect to ${String(config.get("server1"))}`);
}

/** Only one realm is the default. */
function takeDefault({ access }: LabState, given: Section): void {
  if (given.get("default") !== 1) return;
  for (const { config } of access.realms.values()) config.delete("default");
}

function create(request: LabRequest): null {
  const { params, lab } = request;
  const { realms } = lab.state.access;
  const realm = params.need("realm");
  const type = params.need("type");
  if (realms.has(realm)) throw die(`domain '${realm}' already exists`);
  if (type === "pam" || type === "pve") throw die(`unable to create builtin type '${type}'`);
  checkConnection(request, type);
  const config = checked(request, type, true);
  tryConnection(request, config);
  takeDefault(lab.state, config);
  realms.set(realm, { realm, type, config: written(realm, config) });
  return null;
}

function update(request: LabRequest): null {
  const { params, lab } = request;
  assertUnchanged(digestOf(lab.state), params.text("digest"));
  const found = lab.state.access.realms.get(params.need("realm"));
  if (found !== undefined) checkConnection(request, found.type);
  const removed = params.list("delete");
  const ignored = ["realm", "digest", "delete", "check-connection"];
  const named = params.names().filter((name) => !ignored.includes(name));
  if (removed.length === 0 && named.length === 0) throw die("no options specified");
  // A realm that is not there is looked up by the type that it has not.
  if (found === undefined)
    throw die("cannot lookup undefined type! at /usr/share/perl5/PVE/API2/Domains.pm line 262.");
  const { realm, type } = found;
  const config: Section = new Map(found.config);
  for (const name of removed) config.delete(name);
  const given = checked(request, type, false);
  for (const [name, value] of given) config.set(name, value);
  tryConnection(request, config);
  const kept = written(realm, config);
  takeDefault(lab.state, given);
  found.config.clear();
  for (const [name, value] of kept) found.config.set(name, value);
  return null;
}

/** Comments of the realms that are always there, where nothing else is set. */
const BUILT_IN: Readonly<Record<string, string>> = {
  pve: "Proxmox VE authentication server",
  pam: "Linux PAM standard authentication",
};

/** A section as it is when read again; fails where something that has to be there is not. */
function written(realm: string, config: Section): Section {
  const type = String(config.get("type"));
  const lacking = Object.entries(OPTIONS[type] ?? {})
    .filter(([name, marks]) => !marks.includes("?") && !config.has(name))
    .map(([name]) => name)
    .sort()[0];
  if (lacking !== undefined) throw die(`section '${realm}' - missing value for required option '${lacking}'`);
  const kept: Section = new Map([...config].filter(([, value]) => value !== ""));
  const comment = BUILT_IN[realm];
  if (comment !== undefined && !kept.has("comment")) kept.set("comment", comment);
  return kept;
}

function remove({ params, lab: { state } }: LabRequest): null {
  const { realm, config } = realmOf(state, params.need("realm"), "authentication domain");
  const comment = BUILT_IN[realm];
  if (comment === undefined) {
    state.access.realms.delete(realm);
    return null;
  }
  // The two that are built in come back with the next read of the file.
  config.clear();
  config.set("type", realm).set("comment", comment);
  return null;
}

function sync(request: LabRequest): string {
  const { params, lab } = request;
  const realm = lab.state.access.realms.get(params.need("realm"));
  if (realm === undefined) throw paramError({ realm: "Realm does not exist." });
  if (!isDirectory(realm.type))
    throw die(`Cannot sync realm type '${realm.type}'! Only LDAP/AD realms can be synced.`);
  const defaults = String(realm.config.get("sync-defaults-options") ?? "");
  if (!params.has("scope") && !/(?:^|,)scope=/.test(defaults)) {
    throw paramError({
      scope: "Not passed as parameter and not defined in realm default sync options.",
    });
  }
  const isTest = params.flag("dry-run");
  return request.task(isTest ? "auth-realm-sync-test" : "auth-realm-sync", realm.realm, (task) => {
    task.log(`${isTest ? "(dry test run) " : ""}starting sync for realm ${realm.realm}`);
    throw unreachable(realm.config);
  });
}
