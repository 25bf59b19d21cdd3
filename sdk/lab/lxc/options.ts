/**
 * What the configuration of a container may hold. Facts from `PVE/LXC/Config.pm`
 * (`$confdesc`) of pve-container 6.
 */

function words(text: string): ReadonlySet<string> {
  return new Set(text.trim().split(/\s+/));
}

const INTEGERS = words("cores cpuunits memory snaptime swap tty");
const BOOLEANS = words("console debug onboot protection template unprivileged");
const STRINGS = words(`arch cmode cpulimit description entrypoint env features hookscript hostname lock
  nameserver ostype parent rootfs searchdomain startup tags timezone`);
const INDEXED: Readonly<Record<string, number>> = { dev: 255, mp: 255, net: 31, unused: 255 };

/** Whether the option exists at all. */
export function optionExists(name: string): boolean {
  if (INTEGERS.has(name) || BOOLEANS.has(name) || STRINGS.has(name)) return true;
  const match = /^([a-z]+)(0|[1-9]\d*)$/.exec(name);
  return match?.[1] !== undefined && Number(match[2]) <= (INDEXED[match[1]] ?? -1);
}

/** True for `rootfs` and `mp0`, false for `unused0`. */
export function isMountPoint(name: string): boolean {
  return name === "rootfs" || /^mp\d+$/.test(name);
}

/** The value as the configuration file holds it. */
export function storedValue(name: string, value: string): string {
  if (BOOLEANS.has(name)) return /^(1|on|yes|true)$/i.test(value) ? "1" : "0";
  if (INTEGERS.has(name) && /^\d+$/.test(value)) return String(Number(value));
  return value;
}

/** The value as the API answers it: integers and booleans as numbers. */
export function answeredValue(name: string, value: string): string | number {
  return INTEGERS.has(name) || BOOLEANS.has(name) ? Number(value) : value;
}

/** Options that need nothing but to be written down while the container runs. */
export const FAST_PLUG = words("description onboot startup protection hostname hookscript cores tags lock");

/** The privilege for an option whatever its value; its value may need more. */
export function optionNeed(name: string): string {
  if (name === "cores" || name === "cpuunits" || name === "cpulimit") return "VM.Config.CPU";
  if (isMountPoint(name) || /^unused\d+$/.test(name)) return "VM.Config.Disk";
  if (name === "memory" || name === "swap") return "VM.Config.Memory";
  if (/^(?:net\d+|nameserver|searchdomain|hostname)$/.test(name)) return "VM.Config.Network";
  return "VM.Config.Options";
}
