import { die } from "../errors.ts";
import type { LabGuest, LabRequest } from "../types.ts";

/** Fills in a template: `{{guestname}}`, `{{vmid}}`, `{{node}}`, `{{cluster}}`, `\n` and `\\`. */
export function notesFrom(template: string, { lab, node }: LabRequest, guest: LabGuest): string {
  const isVm = guest.kind === "qemu";
  const name = guest.config.get(isVm ? "name" : "hostname") ?? (isVm ? "" : `CT${guest.vmid}`);
  const values: Readonly<Record<string, string>> = {
    cluster: lab.state.clusterName ?? "",
    guestname: name,
    node: node.name,
    vmid: String(guest.vmid),
  };
  const unescaped = template.replace(/\\(.)/gs, (_, char: string) => {
    if (char === "\\") return "\\";
    if (char === "n") return "\n";
    throw die(`unexpected escape character '${char}'`);
  });
  const filled = unescaped.replace(
    /\{\{(cluster|guestname|node|vmid)\}\}/g,
    (_, key: string) => values[key] ?? "",
  );
  const unknown = /\{\{(\S+)\}\}/.exec(filled)?.[1];
  if (unknown !== undefined) throw die(`unexpected variable name '${unknown}'`);
  return filled;
}
