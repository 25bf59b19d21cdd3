/** Module hooks of {@link import("./sdk-link.ts").linkSdk}; Node loads this file in a thread of its own. */
import type { InitializeHook, ResolveHook } from "node:module";

/** Where a bare specifier leads when the importing file's folder cannot resolve it. */
export type SdkLinks = Readonly<Record<string, string>>;

let links: SdkLinks = {};

export const initialize: InitializeHook<SdkLinks> = (data) => {
  links = data;
};

export const resolve: ResolveHook = async (specifier, context, next) => {
  const own = links[specifier];
  if (own === undefined) return next(specifier, context);
  try {
    return await next(specifier, context);
  } catch (error) {
    if (!isMissing(error)) throw error;
    return { url: own, shortCircuit: true };
  }
};

/** A copy that is there but broken is its owner's to mend; only a missing one is replaced. */
function isMissing(error: unknown): boolean {
  return error instanceof Error && "code" in error && error.code === "ERR_MODULE_NOT_FOUND";
}
