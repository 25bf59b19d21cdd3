import { configAnswer, pendingAnswer, refuseTwoSections } from "../guests/config-answers.ts";
import type { GuestConfig, LabRequest } from "../types.ts";
import { answered, loadVm } from "./guest.ts";
import { answeredValue } from "./options.ts";

const HIDDEN = "**********";

/** GET config: the configuration with pending changes, without them, or of a snapshot. */
export function readConfig(request: LabRequest): unknown {
  const { params, lab, node } = request;
  refuseTwoSections(request);
  return configAnswer(request, loadVm(lab, node.name, Number(params.need("vmid"))), shown);
}

/** A section as answers show it: without the password. */
export function shown(section: GuestConfig): Record<string, string | number> {
  const values = answered(section);
  return section.has("cipassword") ? { ...values, cipassword: HIDDEN } : values;
}

/** GET pending: every option with its present and its pending value. */
export function readPending(request: LabRequest): unknown {
  const guest = loadVm(request.lab, request.node.name, Number(request.params.need("vmid")));
  return pendingAnswer(guest, shown, (name, value) =>
    name === "cipassword" ? `${HIDDEN} ` : answeredValue(name, value),
  );
}
