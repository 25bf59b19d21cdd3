import { configAnswer, pendingAnswer, refuseTwoSections } from "../guests/config-answers.ts";
import type { LabRequest } from "../types.ts";
import { answered, containerOf } from "./container.ts";
import { answeredValue } from "./options.ts";

/** GET config: the configuration with pending changes, without them, or of a snapshot. */
export function readConfig(request: LabRequest): unknown {
  refuseTwoSections(request);
  return configAnswer(request, containerOf(request), answered);
}

/** GET pending: every option with its present and its pending value. */
export function readPending(request: LabRequest): unknown {
  return pendingAnswer(containerOf(request), answered, answeredValue);
}
