import { homedir } from "node:os";
import { posix, win32 } from "node:path";

/** What the default folders depend on besides the environment. */
export interface Machine {
  readonly platform: NodeJS.Platform;
  readonly home: string;
  readonly cwd: string;
}

/** The machine we run on. */
export function thisMachine(): Machine {
  return { platform: process.platform, home: homedir(), cwd: process.cwd() };
}

/** Path rules of the machine. */
export function pathRules({ platform }: Machine): typeof posix {
  return platform === "win32" ? win32 : posix;
}

/** An absolute path; a leading `~` is the home folder, since MCP clients start us without a shell. */
export function absolute(path: string, machine: Machine): string {
  const rules = pathRules(machine);
  const expanded = /^~(?=$|[\\/])/.test(path) ? rules.join(machine.home, path.slice(1)) : path;
  return rules.resolve(machine.cwd, expanded);
}

/** State folder by the XDG rules, on Windows below the local application data. */
export function defaultStateDir(env: Readonly<Record<string, string | undefined>>, machine: Machine): string {
  const rules = pathRules(machine);
  // XDG asks to ignore a relative path; a relative LOCALAPPDATA is no better.
  const usable = (path: string | undefined) =>
    path !== undefined && rules.isAbsolute(path) ? path : undefined;
  const base =
    machine.platform === "win32"
      ? (usable(env.LOCALAPPDATA) ?? rules.join(machine.home, "AppData", "Local"))
      : (usable(env.XDG_STATE_HOME) ?? rules.join(machine.home, ".local", "state"));
  return rules.join(base, "proxmox-mcp");
}

/** One path, made absolute. */
export function path(text: string, machine: Machine): string {
  return absolute(text.trim(), machine);
}

/** Folders and package names apart by the machine's path delimiter; only what is plainly a path is made absolute. */
export function searchPath(text: string, machine: Machine): readonly string[] {
  return text
    .split(pathRules(machine).delimiter)
    .map((part) => part.trim())
    .filter((part) => part !== "")
    .map((part) => (/^(?:\.{1,2}|~)(?=$|[\\/])/.test(part) ? absolute(part, machine) : part));
}

/** Absolute paths, apart by the machine's separator. */
export function folders(text: string, machine: Machine): readonly string[] {
  return text
    .split(pathRules(machine).delimiter)
    .map((part) => part.trim())
    .filter((part) => part !== "")
    .map((part) => absolute(part, machine));
}
