import { die } from "../errors.ts";
import { openConsole, withPassword } from "../qemu/console.ts";
import type { LabRequest } from "../types.ts";
import { containerOf, vmidOf } from "./container.ts";

/** POST vncproxy. */
export function vncProxy(request: LabRequest): unknown {
  const vmid = vmidOf(request);
  containerOf(request);
  const { password: _, ...opened } = withPassword(openConsole(request, `/vms/${vmid}`, "vncproxy", vmid));
  return { ...opened, ticket: String(opened.ticket).replace(/^.*?(?=PVEVNC:)/, "") };
}

/** POST termproxy. */
export function termProxy(request: LabRequest): unknown {
  const vmid = vmidOf(request);
  const guest = containerOf(request);
  if (guest.runtime === undefined) throw die(`CT ${vmid} not running`);
  return openConsole(request, `/vms/${vmid}`, "vncproxy", vmid);
}
