import { parseCalendarEvent } from "./calendar-event.ts";
import { isIp } from "./common.ts";
import { byPattern, type FormatTable, readIn, when } from "./types.ts";

const CIDR_NETWORK = "value does not look like a valid CIDR network";

function isCidr(value: string): boolean {
  const [, address = "", prefix] = /^([^/]+)\/(\d+)$/.exec(value) ?? [];
  if (prefix === undefined || !isIp(address)) return false;
  const bits = Number(prefix);
  return address.includes(":") ? bits >= 8 && bits <= 128 : bits >= 8 && bits <= 32;
}

/** `zone-10.0.0.0-24` names the same as `10.0.0.0/24` in a zone. */
function isSubnetId(value: string): boolean {
  if (value.includes("/")) return isCidr(value);
  const [, address = "", mask = ""] = value.split("-");
  return isCidr(`${address}/${mask}`);
}

const HA_NODE = byPattern(
  /^(?:[a-zA-Z0-9](?:[a-zA-Z0-9-]*[a-zA-Z0-9])?)(?::\d+)?\n?$/,
  (value) => `unable to parse pve node list '${value}'`,
);

const LONGEST_ID = 8;

function idFault(what: string, value: string): string | undefined {
  if (!/^[a-z][a-z0-9]*[a-z0-9]\n?$/i.test(value)) return `${what} ID '${value}' contains illegal characters`;
  return value.length > LONGEST_ID
    ? `${what} ID '${value}' can't be more length than ${LONGEST_ID} characters`
    : undefined;
}

/** Formats of schedules, HA groups and software-defined networks. */
export const scheduleFormats: FormatTable = {
  ...readIn("pve-manager, PVE/Jobs.pm; proxmox, proxmox-time/src/calendar_event.rs", {
    "pve-calendar-event": when(
      (value) => parseCalendarEvent(value) !== undefined,
      (value) => `invalid calendar event '${value}' - unable to parse calendar event\n`,
    ),
  }),
  ...readIn("pve-ha-manager, src/PVE/HA/Tools.pm", {
    "pve-ha-node": HA_NODE,
    "pve-ha-group-node": HA_NODE,
  }),
  ...readIn("pve-network, src/PVE/Network/SDN/Zones/Plugin.pm, src/PVE/Network/SDN/VnetPlugin.pm", {
    "pve-sdn-zone-id": (value) => idFault("zone", value),
    "pve-sdn-vnet-id": (value) => idFault("vnet", value),
  }),
  ...readIn("pve-network, src/PVE/Network/SDN/SubnetPlugin.pm", {
    "pve-sdn-subnet-id": when(isSubnetId, CIDR_NETWORK),
  }),
};
