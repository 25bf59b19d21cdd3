import { createHash } from "node:crypto";
import { isToolError } from "../../sdk/errors.ts";
import { atPlace } from "../../sdk/places.ts";
import type { Detour } from "../../sdk/steps.ts";
import { stepTitle } from "../call/step-shapes.ts";
import type { PlanStep } from "../call/types.ts";
import { presentFiles } from "../plans/node-steps/present.ts";
import type { ClusterAccess } from "../tokens.ts";
import type { Check, Expectation, ExpectedFile } from "./types.ts";

/** How long one look may take, milliseconds: it reads the whole file. */
const LOOK_MS = 60_000;

/** What a step past the API promises; undefined for a command that stands for an API method. */
export function detourPromises(planned: PlanStep, over: Detour): readonly Expectation[] | undefined {
  if (over.by === "cli") return undefined;
  if (over.by === "shell") {
    return [{ object: stepTitle(planned), why: "what a free command does cannot be computed" }];
  }
  const { action, place, path, content } = over;
  if (action === "read" || content === undefined) return [];
  const sha256 = "text" in content ? createHash("sha256").update(content.text).digest("hex") : content.sha256;
  return [{ object: `${path} ${atPlace(place)}`, file: { place, path, sha256 } }];
}

/** Looks whether a written file holds what it was to hold. Never rejects. */
export async function lookAtFile(
  { object, file: { place, path, sha256 } }: ExpectedFile,
  access: Pick<ClusterAccess, "ssh" | "guests">,
  stop: AbortSignal,
): Promise<Check> {
  const signal = AbortSignal.any([stop, AbortSignal.timeout(LOOK_MS)]);
  try {
    const found = await presentFiles(access).read(place, path, { maxBytes: 0, signal });
    if (found?.sha256 === sha256) return { object, state: "as_planned" };
    const is = found === undefined ? "it is not there" : `its SHA-256 is ${found.sha256}, planned ${sha256}`;
    return { object, state: "not_applied", details: [is] };
  } catch (error) {
    const why = isToolError(error) ? error.message : "a fault in this server";
    return { object, state: "not_checked", details: [why] };
  }
}
