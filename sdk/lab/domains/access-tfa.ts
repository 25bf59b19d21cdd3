import type { LabSecondFactor } from "../access/types.ts";
import { LabError } from "../errors.ts";
import type { LabCore } from "../types.ts";
import { isVisible, userOf } from "./access-users.ts";

/** Reading second factors; a token may not change them. */
export function registerTfa(lab: LabCore): void {
  lab.route("GET /access/tfa", (request) =>
    [...request.lab.state.access.users.values()]
      .filter((user) => isVisible(user, request))
      .flatMap(({ userid, secondFactors = [] }) =>
        secondFactors.length === 0 ? [] : [{ userid, entries: secondFactors.map(shown) }],
      ),
  );
  lab.route("GET /access/tfa/{userid}", ({ params, lab: { state } }) =>
    (userOf(state, params.need("userid")).secondFactors ?? []).map(shown),
  );
  lab.route("GET /access/tfa/{userid}/{id}", ({ params, lab: { state } }) => {
    const id = params.need("id");
    const factors = state.access.users.get(params.need("userid"))?.secondFactors ?? [];
    const found = factors.find((factor) => factor.id === id);
    if (found === undefined) throw new LabError(404, `No such tfa entry '${id}'`, undefined, false);
    return shown(found);
  });
}

/** One that is switched on says nothing of it. */
function shown({ disabled, ...factor }: LabSecondFactor): Record<string, unknown> {
  return { ...factor, ...(disabled === true ? { enable: false } : {}) };
}
