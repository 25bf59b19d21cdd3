import type { LabCore, LabGuest } from "../../types.ts";
import { parseNet } from "../net.ts";
import { powerOff } from "../run.ts";
import { type ProcessResult, runProcess } from "./processes.ts";
import type { GuestSystem } from "./programs.ts";

/** What the agent answers in place of a result. */
export interface AgentError {
  readonly error: { readonly class: string; readonly desc: string };
}

interface Process {
  readonly result: ProcessResult;
  /** Milliseconds since the epoch. */
  readonly endsAt: number;
}

/** The system in a guest, and the processes that its agent started. */
interface Inside {
  readonly system: GuestSystem;
  readonly processes: Map<number, Process>;
  nextPid: number;
  frozen: boolean;
  /** When the system started that runs now, and the commands that its agent was told to refuse by then. */
  startedAt: number | undefined;
  blocks: ReadonlySet<string>;
}

/** What the agent reads when it starts. */
const AGENT_FILE = "/etc/qemu/qemu-ga.conf";

const insides = new WeakMap<LabGuest, Inside>();

function insideOf(lab: LabCore, guest: LabGuest): Inside {
  const inside = insides.get(guest) ?? newInside(lab, guest);
  const startedAt = guest.runtime?.startedAt;
  if (startedAt !== inside.startedAt) {
    inside.startedAt = startedAt;
    inside.blocks = blocksIn(inside.system.files.get(AGENT_FILE) ?? "");
  }
  return inside;
}

/** Commands that the agent's file turns off, as `block-rpcs=guest-exec,guest-fstrim`. */
function blocksIn(file: string): ReadonlySet<string> {
  const [, names = ""] = /^block-rpcs\s*=\s*(.*)$/m.exec(file) ?? [];
  return new Set(names.split(/[;,\s]+/).map((name) => name.replace(/^guest-/, "")));
}

function newInside(lab: LabCore, guest: LabGuest): Inside {
  const hostname = `guest${guest.vmid}`;
  const files = new Map([
    ["/etc/hostname", `${hostname}\n`],
    ["/etc/os-release", 'PRETTY_NAME="Debian GNU/Linux 12 (bookworm)"\nID=debian\nVERSION_ID="12"\n'],
    ["/etc/hosts", `127.0.0.1 localhost\n127.0.1.1 ${hostname}\n`],
  ]);
  const inside: Inside = {
    system: { hostname, files, now: () => lab.clock.now() },
    processes: new Map(),
    nextPid: 1000,
    frozen: false,
    startedAt: undefined,
    blocks: new Set(),
  };
  insides.set(guest, inside);
  return inside;
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
  const isBlocked = (name: string) => guest.agentBlocks?.has(name) === true || inside.blocks.has(name);
  if (isBlocked(command)) {
    const desc = `The command guest-${command} has been disabled for this instance`;
    return { error: { class: "CommandNotFound", desc } };
  }
  switch (command) {
    case "ping":
      return {};
    case "info":
      return {
        version: "9.0.0",
        supported_commands: (guest.agentLists ?? LISTED).map((name) => ({
          enabled: !isBlocked(name),
          name: `guest-${name}`,
          "success-response": true,
        })),
      };
    case "get-osinfo":
      return OS_INFO;
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

/** Starts a process; answers its pid, undefined where there is no such program. */
export function execute(
  lab: LabCore,
  guest: LabGuest,
  command: readonly string[],
  input: string,
): number | undefined {
  const inside = insideOf(lab, guest);
  const pid = inside.nextPid;
  const result = runProcess(inside.system, pid, command, input);
  if (result === undefined) return undefined;
  inside.nextPid += 1;
  inside.processes.set(pid, { result, endsAt: lab.clock.now() + result.ms });
  return pid;
}

/** What became of a process; one that ended is told of once. Undefined for an unknown pid. */
export function processStatus(lab: LabCore, guest: LabGuest, pid: number): unknown {
  const { processes } = insideOf(lab, guest);
  const process = processes.get(pid);
  if (process === undefined) return undefined;
  if (lab.clock.now() < process.endsAt) return { exited: 0 };
  processes.delete(pid);
  const { out, err, code, signal } = process.result;
  return {
    exited: 1,
    ...(signal === undefined ? { exitcode: code } : { signal }),
    ...(out === "" ? {} : { "out-data": out }),
    ...(err === "" ? {} : { "err-data": err }),
  };
}

/** Content of a file in the guest. */
export function readFile(lab: LabCore, guest: LabGuest, path: string): string | undefined {
  return insideOf(lab, guest).system.files.get(path);
}

/** Writes a file in the guest. */
export function writeFile(lab: LabCore, guest: LabGuest, path: string, content: string): void {
  insideOf(lab, guest).system.files.set(path, content);
}
