import { withPrefix } from "../../settings/cluster-names.ts";
import { RestFault } from "../types.ts";

/** What a promise of the transport rejects with, its hints naming variables as this cluster has them. */
export async function namingSettings<T>(prefix: string, promise: Promise<T>): Promise<T> {
  try {
    return await promise;
  } catch (error) {
    throw error instanceof RestFault ? renamed(error, prefix) : error;
  }
}

function renamed(fault: RestFault, prefix: string): RestFault {
  const { kind, reason, status, errors, late, hint } = fault;
  const named = hint === undefined ? undefined : withPrefix(hint, prefix);
  if (named === hint && late === undefined) return fault;
  return new RestFault(kind, reason, {
    ...(status === undefined ? {} : { status }),
    ...(errors === undefined ? {} : { errors }),
    ...(late === undefined ? {} : { late: heedless(namingSettings(prefix, late)) }),
    ...(named === undefined ? {} : { hint: named }),
    cause: fault,
  });
}

/** Nobody may be waiting for it. */
function heedless<T>(promise: Promise<T>): Promise<T> {
  promise.catch(() => undefined);
  return promise;
}
