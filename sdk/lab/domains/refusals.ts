import { LabError } from "../errors.ts";
import type { LabCore, LabRequest } from "../types.ts";

/** Endpoints of which only the refusals are simulated: who lacks a right learns it, who has it gets a 501. */
export function registerRefusals(lab: LabCore): void {
  lab.route("POST /nodes/{node}/vzdump", ({ params, check, endpoint }) => {
    check(`/storage/${params.text("storage") ?? "local"}`, ["Datastore.AllocateSpace"]);
    throw notSimulated(endpoint);
  });
}

function notSimulated({ method, path }: LabRequest["endpoint"]): LabError {
  return new LabError(501, `the lab does not simulate ${method} ${path}`);
}
