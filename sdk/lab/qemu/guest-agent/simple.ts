import type { LabCore, LabGuest } from "../../types.ts";
import { parseNet } from "../net.ts";
import { powerOff } from "../run.ts";
import { type Inside, insideOf } from "./inside.ts";

/** What the agent answers in place of a result. */
export interface AgentError {
  readonly error: { readonly class: string; readonly desc: string };
}

/** What the agent says of itself; it knows more commands than it lists. */
const LISTED = [
  "ping",
  "info",
  "get-users",
  "fstrim",
  "set-user-password",
  "exec",
  "exec-status",
  "get-osinfo",
  "network-get-interfaces",
  "file-open",
  "file-read",
  "file-write",
  "file-close",
  "get-host-name",
  "get-time",
  "get-fsinfo",
];

/** Runs a command of the agent that takes no arguments. */
export function simpleCommand(lab: LabCore, guest: LabGuest, command: string): unknown {
  const inside = insideOf(lab, guest);
  const refused = refusal(inside, guest, command);
  if (refused !== undefined) return { error: { class: "CommandNotFound", desc: refused } };
  switch (command) {
    case "ping":
      return {};
    case "info":
      return {
        version: "9.0.0",
        supported_commands: (guest.agentLists ?? LISTED).map((name) => ({
          enabled: refusal(inside, guest, name) === undefined,
          name: `guest-${name}`,
          "success-response": true,
        })),
      };
    case "get-osinfo":
      return inside.isWindows ? WINDOWS_INFO : OS_INFO;
    case "get-host-name":
      return { "host-name": inside.system.hostname };
    case "get-time":
      return lab.clock.now() * 1_000_000;
    case "get-timezone":
      return { offset: 0, zone: "UTC" };
    case "get-users":
      return [{ user: "root", "login-time": Math.floor((guest.runtime?.startedAt ?? 0) / 1000) }];
    case "get-vcpus":
      return [{ "logical-id": 0, online: true, "can-offline": false }];
    case "get-fsinfo":
      return [fileSystem(guest)];
    case "network-get-interfaces":
      return interfaces(lab, guest);
    default:
      return effect(lab, guest, inside, command);
  }
}

const OS_INFO = {
  id: "debian",
  name: "Debian GNU/Linux",
  "pretty-name": "Debian GNU/Linux 12 (bookworm)",
  version: "12 (bookworm)",
  "version-id": "12",
  "kernel-release": "6.1.0-lab",
  machine: "x86_64",
};

const WINDOWS_INFO = {
  id: "mswindows",
  name: "Microsoft Windows",
  "pretty-name": "Windows 11 Pro",
  version: "Microsoft Windows 11",
  "version-id": "11",
  variant: "client",
  "variant-id": "client",
  "kernel-release": "26100",
  "kernel-version": "10.0",
  machine: "x86_64",
};

/** What the agent answers while the file systems are frozen. (QEMU, qga/main.c) */
const WHILE_FROZEN: ReadonlySet<string> = new Set(["ping", "info", "fsfreeze-status", "fsfreeze-thaw"]);

/** Why the agent refuses a command, in its words; undefined where it does not. */
export function refusal(inside: Inside, guest: LabGuest, command: string): string | undefined {
  if (guest.agentBlocks?.has(command) === true || inside.blocks.has(command))
    return `The command guest-${command} has been disabled for this instance`;
  return inside.frozen && !WHILE_FROZEN.has(command)
    ? `Command guest-${command} has been disabled: the agent is in frozen state`
    : undefined;
}

function effect(lab: LabCore, guest: LabGuest, inside: Inside, command: string): unknown {
  switch (command) {
    case "fsfreeze-status":
      return inside.frozen ? "frozen" : "thawed";
    case "fsfreeze-freeze":
    case "fsfreeze-thaw": {
      const changes = inside.frozen !== (command === "fsfreeze-freeze");
      inside.frozen = command === "fsfreeze-freeze";
      return changes ? 1 : 0;
    }
    case "fstrim":
      return { paths: [{ path: "/", minimum: 0, trimmed: 0 }] };
    case "shutdown":
    case "suspend-disk":
      powerOff(lab, guest);
      return {};
    case "suspend-ram":
    case "suspend-hybrid":
      if (guest.runtime !== undefined) guest.runtime.qmpstatus = "suspended";
      return {};
    default:
      return {
        error: {
          class: "CommandNotFound",
          desc: `The command guest-${command} has not been found`,
        },
      };
  }
}

function fileSystem(guest: LabGuest): unknown {
  const total = 8 * 2 ** 30;
  return {
    name: "sda1",
    mountpoint: "/",
    type: "ext4",
    disk: [],
    "total-bytes": total,
    "used-bytes": Math.floor(total * (0.2 + (guest.vmid % 50) / 100)),
  };
}

/** The loopback device and one device a network card, with its address from cloud-init or from a lease. */
function interfaces(lab: LabCore, guest: LabGuest): unknown[] {
  const config = guest.runtime?.config ?? guest.config;
  const rows: unknown[] = [
    {
      name: "lo",
      "hardware-address": "00:00:00:00:00:00",
      "ip-addresses": [{ "ip-address": "127.0.0.1", "ip-address-type": "ipv4", prefix: 8 }],
    },
  ];
  const nets = [...config].filter(([name]) => /^net\d+$/.test(name)).sort(([a], [b]) => (a < b ? -1 : 1));
  for (const [index, [name, value]] of nets.entries()) {
    const fixed = /(?:^|,)ip=([\d.]+)\/(\d+)/.exec(config.get(`ipconfig${name.slice(3)}`) ?? "");
    rows.push({
      name: `eth${index}`,
      "hardware-address": parseNet(value, lab.random).macaddr.toLowerCase(),
      "ip-addresses": [
        {
          "ip-address": fixed?.[1] ?? `10.99.${index}.${leaseOf(guest.vmid)}`,
          "ip-address-type": "ipv4",
          prefix: Number(fixed?.[2] ?? 24),
        },
      ],
    });
  }
  return rows;
}

/** The simulated DHCP server's leases begin at .77. */
function leaseOf(vmid: number): number {
  return 77 + ((vmid - 100) % 170);
}
