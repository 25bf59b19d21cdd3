import type { LabGuest } from "../types.ts";

/** Devices of this very node that the VM uses. */
export function localResources(guest: LabGuest): readonly string[] {
  return [...guest.config]
    .filter(([name, value]) => {
      if (name === "ivshmem" || /^parallel\d+$/.test(name)) return true;
      if (/^hostpci\d+$/.test(name)) return true;
      if (/^usb\d+$/.test(name)) return !/^(?:host=)?spice/i.test(value);
      return /^serial\d+$/.test(name) && value !== "socket";
    })
    .map(([name]) => name)
    .sort();
}
