import { isTotp, totpFault } from "../access/totp.ts";
import type { LabSecondFactor, LabUser } from "../access/types.ts";
import { parseUserid } from "../access/userid.ts";
import { die, LabError } from "../errors.ts";
import type { LabCore, LabRequest, LabState } from "../types.ts";
import { userOf } from "./access-parts.ts";
import { isVisible } from "./access-users.ts";
import { confirmed } from "./passwords.ts";

const USER = "/access/tfa/{userid}";

/** Second factors; a token may not change them. (pve-access-control, src/PVE/API2/TFA.pm) */
export function registerTfa(lab: LabCore): void {
  lab.route("GET /access/tfa", (request) =>
    [...request.lab.state.access.users.values()]
      .filter((user) => isVisible(user, request))
      .flatMap(({ userid, secondFactors = [] }) =>
        secondFactors.length === 0 ? [] : [{ userid, entries: inOrder(secondFactors).map(shown) }],
      ),
  );
  lab.route("GET /access/users/{userid}/tfa", factorTypes);
  lab.route(`GET ${USER}`, ({ params, lab: { state } }) =>
    inOrder(userOf(state, params.need("userid")).secondFactors ?? []).map(shown),
  );
  lab.route(`GET ${USER}/{id}`, ({ params, lab: { state } }) => {
    const id = params.need("id");
    const factors = state.access.users.get(params.need("userid"))?.secondFactors ?? [];
    const found = factors.find((factor) => factor.id === id);
    if (found === undefined) throw new LabError(404, `No such tfa entry '${id}'`, undefined, false);
    return shown(found);
  });
  // Nobody is ever locked out of a lab; Perl's false is an empty text.
  lab.route("PUT /access/users/{userid}/unlock-tfa", () => "");
  lab.route(`POST ${USER}`, add);
  lab.route(`PUT ${USER}/{id}`, update);
  lab.route(`DELETE ${USER}/{id}`, remove);
}

/** The user whose factors are changed, once the caller has shown to be who they are. */
function confirmedUser({ params, lab: { state }, caller }: LabRequest): LabUser {
  return confirmed(state, caller, { userid: params.need("userid"), password: params.text("password") });
}

/** Keys that a set of recovery codes has. */
const RECOVERY_KEYS = 10;

function add(request: LabRequest): unknown {
  const { params, lab } = request;
  const user = confirmedUser(request);
  const type = params.need("type");
  if (type === "yubico") requireYubico(lab.state, user);
  // Marks the user as one with factors, whether one comes of it or not.
  user.keys = "x";
  return type === "recovery" ? addRecovery(request, user) : addFactor(request, user, type);
}

function addRecovery({ params, lab }: LabRequest, user: LabUser): unknown {
  if (["totp", "value", "challenge"].some((name) => params.has(name)))
    throw die("generating recovery tokens does not allow additional parameters");
  const factors = user.secondFactors ?? [];
  if (factors.some((factor) => factor.id === "recovery")) throw die("user already has recovery keys");
  const key = () => (lab.random.hex(16).match(/.{4}/g) ?? []).join("-");
  const codes = Array.from({ length: RECOVERY_KEYS }, key);
  const created = lab.clock.seconds();
  user.secondFactors = [...factors, { id: "recovery", type: "recovery", description: "", created, codes }];
  return { id: "recovery", recovery: codes };
}

function addFactor({ params, lab }: LabRequest, user: LabUser, type: string): unknown {
  if (type === "totp" && params.has("challenge"))
    throw die("'challenge' parameter is invalid for 'totp' entries");
  if (type !== "totp" && params.has("totp")) throw die(`'totp' parameter is invalid for '${type}' entries`);
  const description = params.text("description");
  if (description === undefined && (type === "totp" || !params.has("challenge")))
    throw die("'description' is required for new entries");
  if (type !== "totp") {
    if (params.has("challenge") && !params.has("value"))
      throw die(`missing 'value' parameter (${type} challenge response missing)`);
    throw die(`no ${type} configuration available`);
  }
  const [uri, value] = [params.text("totp"), params.text("value")];
  if (uri === undefined || value === undefined)
    throw die("'totp' type requires both 'totp' and 'value' parameters");
  const fault = totpFault(uri);
  if (fault !== undefined) throw die(fault);
  const created = lab.clock.seconds();
  if (!isTotp(uri, value, created)) throw die("failed to verify TOTP challenge");
  const id = lab.random.uuid();
  const factor = { id, type: "totp", description: description ?? "", created, uri } as const;
  user.secondFactors = [...(user.secondFactors ?? []), factor];
  return { id };
}

function requireYubico({ access }: LabState, { userid }: LabUser): void {
  const { realm } = parseUserid(userid);
  const tfa = String(access.realms.get(realm)?.config.get("tfa") ?? "");
  if (tfa === "") throw die(`no yubico otp configuration available for realm ${realm}`);
  if (!/(?:^|,)(?:type=)?yubico(?:,|$)/.test(tfa)) throw die("realm is not setup for Yubico OTP");
  throw die("the lab reaches no server that knows Yubico keys");
}

function update(request: LabRequest): unknown {
  const { params } = request;
  const user = confirmedUser(request);
  const id = params.need("id");
  const factors = user.secondFactors ?? [];
  // Recovery codes have neither a description nor a switch.
  if (!factors.some((factor) => factor.id === id && factor.type !== "recovery")) throw die("no such entry");
  user.secondFactors = factors.map((factor) => {
    if (factor.id !== id) return factor;
    const description = params.text("description") ?? factor.description;
    const off = params.has("enable") ? !params.flag("enable") : factor.disabled === true;
    return { ...factor, description, disabled: off ? true : undefined };
  });
  return FALSE;
}

function remove(request: LabRequest): unknown {
  const user = confirmedUser(request);
  const id = request.params.need("id");
  const factors = user.secondFactors ?? [];
  if (!factors.some((factor) => factor.id === id)) throw die("no such entry");
  user.secondFactors = factors.filter((factor) => factor.id !== id);
  if (user.secondFactors.length > 0) return FALSE;
  delete user.keys;
  return null;
}

/** What Perl makes of "not": calls that were to answer nothing answer their last test. */
const FALSE = "";

/** One that is switched on says nothing of it. */
function shown({ disabled, uri: _uri, codes: _codes, ...factor }: LabSecondFactor): Record<string, unknown> {
  return { ...factor, ...(disabled === true ? { enable: false } : {}) };
}

/** The order in which kinds are told. */
const KINDS: readonly LabSecondFactor["type"][] = ["recovery", "totp", "webauthn", "u2f", "yubico"];

function inOrder(factors: readonly LabSecondFactor[]): readonly LabSecondFactor[] {
  return KINDS.flatMap((kind) => factors.filter(({ type }) => type === kind));
}

/** What is said of a user's kinds: all under `multiple`, else the one that old clients knew. */
function factorTypes({ params, lab: { state } }: LabRequest): unknown {
  const { userid, realm } = parseUserid(params.need("userid"));
  const config = state.access.realms.get(realm)?.config;
  if (config === undefined) throw die(`auth domain '${realm}' does not exist`);
  const ofRealm = /(?:^|,)(?:type=)?(yubico|oath)(?:,|$)/.exec(String(config.get("tfa") ?? ""))?.[1];
  const told = ofRealm === undefined ? {} : { realm: ofRealm };
  const kinds = new Set((state.access.users.get(userid)?.secondFactors ?? []).map(({ type }) => type));
  if (!params.flag("multiple")) {
    const old = OLD_KINDS.find(([kind]) => kinds.has(kind))?.[1];
    return { ...told, ...(old === undefined ? {} : { user: old }) };
  }
  // A set of codes is no list, which the code does not expect.
  if (kinds.has("recovery"))
    throw die("Not an ARRAY reference at /usr/share/perl5/PVE/API2/User.pm line 564.");
  return { ...told, user: [...kinds] };
}

/** Kinds by what they were called while a user had one at most; the first of them is told. */
const OLD_KINDS = [
  ["u2f", "u2f"],
  ["totp", "oath"],
  ["yubico", "yubico"],
  ["recovery", "incompatible"],
  ["webauthn", "incompatible"],
] as const;
