import { die } from "../errors.ts";
import { type Properties, parseProperties } from "./property-string.ts";

/** A `vga` option taken apart: `type`, `memory`, `clipboard`. */
export function parseVga(text: string | undefined): Properties {
  return parseProperties(text ?? "", { defaultKey: "type" });
}

/** Fails where the display has no clipboard that VNC could use. */
export function checkClipboard(text: string | undefined): void {
  const vga = parseVga(text);
  const type = vga.get("type");
  if (vga.get("clipboard") === "vnc" && type !== undefined && !/^(?:std|cirrus|vmware|virtio|qxl)/.test(type))
    throw die(`vga type ${type} is not compatible with VNC clipboard`);
}

/** What `status/current` tells of a display that is configured; without one it tells nothing. */
export function displayStatus(text: string | undefined, major: number): Readonly<Record<string, unknown>> {
  if (text === undefined) return {};
  const vga = parseVga(text);
  const spice = /^(?:virtio|qxl[234]?$)/.test(vga.get("type") ?? "") ? { spice: 1 } : {};
  return major < 8 ? spice : { ...spice, clipboard: vga.get("clipboard") ?? null };
}
