import { die } from "../errors.ts";
import { joinConsole, openConsole, spiceFile, withPassword } from "../qemu/console.ts";
import type { LabRequest } from "../types.ts";
import { containerOf, vmidOf } from "./container.ts";

/** POST vncproxy: with a password of the protocol where a websocket stands between. */
export function vncProxy(request: LabRequest): unknown {
  const vmid = vmidOf(request);
  containerOf(request);
  const opened = withPassword(openConsole(request, `/vms/${vmid}`, "vncproxy", vmid));
  if (request.params.flag("websocket") && request.lab.release.major >= 9) return opened;
  const { password: _, ...plain } = opened;
  return { ...plain, ticket: String(opened.ticket).replace(/^.*?(?=PVEVNC:)/, "") };
}

/** POST termproxy: that a container does not run only shows in the terminal. */
export function termProxy(request: LabRequest): unknown {
  const vmid = vmidOf(request);
  containerOf(request);
  return openConsole(request, `/vms/${vmid}`, "vncproxy", vmid);
}

/** POST spiceproxy: a terminal, shown by a SPICE viewer. */
export function spiceProxy(request: LabRequest): unknown {
  const vmid = vmidOf(request);
  if (containerOf(request).runtime === undefined) throw die(`CT ${vmid} not running`);
  return spiceFile(request, vmid, `CT ${vmid}`);
}

/** GET vncwebsocket. */
export function vncWebsocket(request: LabRequest): unknown {
  return joinConsole(request, `/vms/${vmidOf(request)}`);
}
