import { die } from "../errors.ts";
import type { LabCore, LabRequest } from "../types.ts";
import { openConsole, withPassword } from "./console.ts";

/** Shells of a node: not for tokens, whose id is no user name. */
export function registerNodeConsoles(lab: LabCore): void {
  lab.route("POST /nodes/{node}/vncshell", (request) => withPassword(shell(request)));
  lab.route("POST /nodes/{node}/termproxy", shell);
}

function shell(request: LabRequest): ReturnType<typeof openConsole> {
  const { caller, params } = request;
  if (caller.token !== undefined) throw die(`value '${caller.id}' does not look like a valid user name`);
  return openConsole(request, `/nodes/${params.need("node")}`, "vncshell", "");
}
