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
  lab.route("DELETE /access/domains/{realm}", ({ params, lab: { state } }) =>
    underLock("delete auth server failed", () => {
      const { realm } = realmOf(state, params.need("realm"), "authentication domain");
      // The two that are built in come back with the next read of the file.
      if (realm !== "pam" && realm !== "pve") state.access.realms.delete(realm);
      return null;
    }),
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

function checked({ endpoint, params }: LabRequest, type: string, create: boolean): Section {
  return checkSection(endpoint, params, { type, options: OPTIONS[type] ?? {}, create, without: WITHOUT });
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
  const config = checked(request, type, true);
  takeDefault(lab.state, config);
  realms.set(realm, { realm, type, config });
  return null;
}

function update(request: LabRequest): null {
  const { params, lab } = request;
  assertUnchanged(digestOf(lab.state), params.text("digest"));
  const { type, config } = realmOf(lab.state, params.need("realm"), "domain");
  const removed = params.list("delete");
  const named = params.names().filter((name) => !["realm", "digest", "delete", "password"].includes(name));
  if (removed.length === 0 && named.length === 0) throw die("no options specified");
  // What is not there, or has to be, is taken out without a word.
  for (const name of removed) config.delete(name);
  const given = checked(request, type, false);
  takeDefault(lab.state, given);
  for (const [name, value] of given) config.set(name, value);
  return null;
}

function sync(request: LabRequest): string {
  const { params, lab } = request;
  const realm = lab.state.access.realms.get(params.need("realm"));
  if (realm === undefined) throw paramError({ realm: "Realm does not exist." });
  if (realm.type !== "ldap" && realm.type !== "ad")
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
    throw die(`unable to connect to ${String(realm.config.get("server1"))}`);
  });
}
