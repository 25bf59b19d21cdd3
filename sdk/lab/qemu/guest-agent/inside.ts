import { GuestFiles } from "../../system/files.ts";
import { Processes } from "../../system/processes.ts";
import type { GuestSystem } from "../../system/system.ts";
import { windowsPath } from "../../system/windows.ts";
import type { LabCore, LabGuest } from "../../types.ts";

/** The system in a guest, and the processes that its agent started. */
export interface Inside {
  readonly system: GuestSystem;
  readonly processes: Processes;
  readonly isWindows: boolean;
  frozen: boolean;
  /** When the system started that runs now, and the commands that its agent was told to refuse by then. */
  startedAt: number | undefined;
  blocks: ReadonlySet<string>;
}

/** What the agent reads when it starts. */
const AGENT_FILE = "/etc/qemu/qemu-ga.conf";

const insides = new WeakMap<LabGuest, Inside>();

/** The system of a guest as it is now: what was due has happened. */
export function insideOf(lab: LabCore, guest: LabGuest): Inside {
  const inside = insides.get(guest) ?? newInside(lab, guest);
  const startedAt = guest.runtime?.startedAt;
  if (startedAt !== inside.startedAt) {
    inside.startedAt = startedAt;
    inside.blocks = blocksIn(inside.system.files.get(AGENT_FILE) ?? "");
    inside.frozen = false;
    inside.processes.clear();
  }
  inside.processes.advance(lab.clock.now());
  return inside;
}

/** Commands that the agent's file turns off, as `block-rpcs=guest-exec,guest-fstrim`. */
function blocksIn(file: string): ReadonlySet<string> {
  const [, names = ""] = /^block-rpcs\s*=\s*(.*)$/m.exec(file) ?? [];
  return new Set(names.split(/[;,\s]+/).map((name) => name.replace(/^guest-/, "")));
}

function newInside(lab: LabCore, guest: LabGuest): Inside {
  const hostname = guest.config.get("hostname") ?? `guest${guest.vmid}`;
  const isWindows = /^w/.test(guest.config.get("ostype") ?? "");
  const files = isWindows ? windowsFiles() : debianFiles(hostname);
  const processes = new Processes({ isWindows });
  const inside: Inside = {
    system: { hostname, files, processes, now: () => lab.clock.now() },
    processes,
    isWindows,
    frozen: false,
    startedAt: undefined,
    blocks: new Set(),
  };
  insides.set(guest, inside);
  return inside;
}

function debianFiles(hostname: string): GuestFiles {
  return new GuestFiles([
    ["/etc/hostname", `${hostname}\n`],
    ["/etc/os-release", 'PRETTY_NAME="Debian GNU/Linux 12 (bookworm)"\nID=debian\nVERSION_ID="12"\n'],
    ["/etc/hosts", `127.0.0.1 localhost\n127.0.1.1 ${hostname}\n`],
  ]);
}

function windowsFiles(): GuestFiles {
  const files = new GuestFiles();
  for (const folder of ["C:\\", "C:\\Users", "C:\\Users\\Public", "C:\\Windows", "C:\\Windows\\Temp"])
    files.makeFolder(windowsPath(folder));
  files.set(windowsPath("C:\\Windows\\win.ini"), "; for 16-bit app support\r\n");
  return files;
}
