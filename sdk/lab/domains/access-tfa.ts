import { isTotp } from "../access/totp.ts";
import type { LabSecondFactor, LabUser } from "../access/types.ts";
import { die, LabError, paramError, permError } from "../errors.ts";
import type { LabCore, LabRequest } from "../types.ts";
import { isVisible, userOf } from "./access-users.ts";

const USER = "/access/tfa/{userid}";

/** Second factors; a token may not change them. (pve-access-control, src/PVE/API2/TFA.pm) */
export function registerTfa(lab: LabCore): void {
  lab.route("GET /access/tfa", (request) =>
    [...request.lab.state.access.users.values()]
      .filter((user) => isVisible(user, request))
      .flatMap(({ userid, secondFactors = [] }) =>
        secondFactors.length === 0 ? [] : [{ userid, entries: secondFactors.map(shown) }],
      ),
  );
  lab.route(`GET ${USER}`, ({ params, lab: { state } }) =>
    (userOf(state, params.need("userid")).secondFactors ?? []).map(shown),
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
  const user = userOf(state, params.need("userid"));
  if (caller.id === "root@pam") return user;
  if (user.userid === "root@pam") throw permError();
  const password = params.text("password");
  if (password === undefined) throw paramError({ password: "password is required to modify user" });
  if (state.access.users.get(caller.id)?.password !== password) throw die("invalid credentials");
  return user;
}

/** Keys that a set of recovery codes has. */
const RECOVERY_KEYS = 10;

function add(request: LabRequest): unknown {
  const { params, lab } = request;
  const user = confirmedUser(request);
  const factors = user.secondFactors ?? [];
  const created = lab.clock.seconds();
  const type = params.need("type");
  if (type === "recovery") {
    if (["totp", "value", "challenge"].some((name) => params.has(name)))
      throw die("generating recovery tokens does not allow additional parameters");
    if (factors.some((factor) => factor.id === "recovery")) throw die("user already has recovery keys");
    user.secondFactors = [...factors, { id: "recovery", type: "recovery", description: "", created }];
    const key = () => (lab.random.hex(16).match(/.{4}/g) ?? []).join("-");
    return { id: "recovery", recovery: Array.from({ length: RECOVERY_KEYS }, key) };
  }
  if (type === "yubico")
    throw die(`no yubico otp configuration available for realm ${user.userid.replace(/^.*@/, "")}`);
  const description = params.text("description");
  if (description === undefined) throw die("'description' is required for new entries");
  if (type !== "totp") throw die(`the lab has no ${type} devices`);
  if (params.has("challenge")) throw die("'challenge' parameter is invalid for 'totp' entries");
  const [uri, value] = [params.text("totp"), params.text("value")];
  if (uri === undefined || value === undefined)
    throw die("'totp' type requires both 'totp' and 'value' parameters");
  if (!isTotp(uri, value, lab.clock.seconds())) throw die("failed to verify TOTP challenge");
  const id = lab.random.uuid();
  user.secondFactors = [...factors, { id, type: "totp", description, created }];
  return { id };
}

function update(request: LabRequest): null {
  const { params } = request;
  const user = confirmedUser(request);
  const id = params.need("id");
  const factors = user.secondFactors ?? [];
  if (!factors.some((factor) => factor.id === id)) throw die("no such entry");
  user.secondFactors = factors.map((factor) => {
    if (factor.id !== id) return factor;
    const description = params.text("description") ?? factor.description;
    const off = params.has("enable") ? !params.flag("enable") : factor.disabled === true;
    return { ...factor, description, disabled: off ? true : undefined };
  });
  return null;
}

function remove(request: LabRequest): null {
  const user = confirmedUser(request);
  const id = request.params.need("id");
  const factors = user.secondFactors ?? [];
  if (!factors.some((factor) => factor.id === id)) throw die("no such entry");
  user.secondFactors = factors.filter((factor) => factor.id !== id);
  return null;
}

/** One that is switched on says nothing of it. */
function shown({ disabled, ...factor }: LabSecondFactor): Record<string, unknown> {
  return { ...factor, ...(disabled === true ? { enable: false } : {}) };
}
