import { die } from "../errors.ts";
import { underLock } from "../sections.ts";
import type { LabCore, LabRequest } from "../types.ts";
import { hasPendingChanges } from "./pending.ts";
import type { SdnState } from "./state.ts";

const PATH = "/cluster/sdn/lock";

/** A lock on the whole configuration that lasts until it is released. (pve-network, src/PVE/Network/SDN.pm, API2/Network/SDN.pm) */
export function registerSdnLock(lab: LabCore): void {
  lab.route(`POST ${PATH}`, (request) =>
    underSdnLock(request, "could not acquire lock for SDN config", () => {
      const { sdn } = lab.state;
      if (!request.params.flag("allow-pending") && hasPendingChanges(sdn))
        throw die("configuration has pending changes at /usr/share/perl5/PVE/API2/Network/SDN.pm line 141.");
      sdn.lockToken = lab.random.uuid();
      return sdn.lockToken;
    }),
  );
  lab.route(`DELETE ${PATH}`, (request) => {
    const release = (): null => {
      lab.state.sdn.lockToken = undefined;
      return null;
    };
    return request.params.flag("force")
      ? release()
      : underSdnLock(request, "could not release lock", release);
  });
}

/** Runs a change of the configuration; while it is locked only who brings the token may. */
export function underSdnLock<T>({ params, lab }: LabRequest, what: string, change: () => T): T {
  return underLock(what, () => {
    const { lockToken } = lab.state.sdn;
    if (lockToken !== undefined && params.text("lock-token") !== lockToken)
      throw die("invalid lock token provided! at /usr/share/perl5/PVE/Network/SDN.pm line 263.");
    return change();
  });
}

/** Gives the lock back after a change, where the caller holds it and asks for that. */
export function releaseIfAsked({ params }: LabRequest, sdn: SdnState): void {
  if (params.has("lock-token") && params.flag("release-lock")) sdn.lockToken = undefined;
}
