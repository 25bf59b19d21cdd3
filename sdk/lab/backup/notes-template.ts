const KNOWN = new Set(["cluster", "guestname", "node", "vmid"]);

/**
 * Why a template for notes is refused, undefined where it is not. Places are counted as Proxmox VE counts them.
 * (pve-manager, PVE/VZDump.pm: verify_vzdump_parameters)
 */
export function templateFault(template: string): string | undefined {
  if (template.includes("\n")) return "contains a line feed\n";
  const unknown: string[] = [];
  for (const { 1: char = "", index } of template.matchAll(/\\(.)/g))
    if (char !== "n" && char !== "\\") unknown.push(`escape sequence '\\${char}' at char ${index}`);
  for (const { 0: whole, 1: name = "", index } of template.matchAll(/\{\{([^\s{}]+)\}\}/g))
    if (!KNOWN.has(name)) unknown.push(`variable '${name}' at char ${index + whole.length - name.length}`);
  return unknown.length === 0 ? undefined : `found unknown: ${unknown.join(", ")}\n`;
}
