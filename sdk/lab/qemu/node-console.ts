import { die, permError } from "../errors.ts";
import type { LabCore, LabRequest } from "../types.ts";
import { joinConsole, openConsole, spiceFile, withPassword } from "./console.ts";

/** Shells of a node: not for tokens, whose id is no user name. */
export function registerNodeConsoles(lab: LabCore): void {
  lab.route("POST /nodes/{node}/vncshell", (request) => withPassword(shell(request)));
  lab.route("POST /nodes/{node}/termproxy", shell);
  lab.route("POST /nodes/{node}/spiceshell", (request) => {
    assertUser(request);
    assertCommand(request);
    return spiceFile(request, "", `Shell on '${request.params.need("node")}'`);
  });
  lab.route("GET /nodes/{node}/vncwebsocket", (request) => {
    assertUser(request);
    return joinConsole(request, `/nodes/${request.params.need("node")}`);
  });
}

function assertUser({ caller }: LabRequest): void {
  if (caller.token !== undefined) throw die(`value '${caller.id}' does not look like a valid user name`);
}

/** Anything but a login is for root. */
function assertCommand({ caller, params }: LabRequest): void {
  if ((params.text("cmd") ?? "login") !== "login" && caller.user !== "root@pam")
    throw permError("user != root@pam");
}

function shell(request: LabRequest): ReturnType<typeof openConsole> {
  const { params } = request;
  assertUser(request);
  assertCommand(request);
  return openConsole(request, `/nodes/${params.need("node")}`, "vncshell", "");
}
