import { ToolError } from "../../../sdk/errors.ts";
import type { GuestPlace } from "../../../sdk/places.ts";
import { leaving } from "../leaving.ts";
import type { CommandResult } from "../ssh/types.ts";
import type { AgentApi } from "./agent-api.ts";
import type { FileProgram, FilePrograms } from "./agent-file-programs.ts";
import { refuseTooMuch } from "./agent-limits.ts";
import { posixFiles } from "./agent-posix-files.ts";
import { runProcess } from "./agent-process.ts";
import { type GuestSystem, systemOf } from "./agent-system.ts";
import { windowsFiles } from "./agent-windows-files.ts";

/** A digest of a gigabyte takes some seconds, a busy guest some more. */
const PROGRAM_MS = 300_000;

/** What a program said: its first line, and the content after it. */
export interface Said {
  readonly first: string;
  readonly content: Buffer;
  readonly result: CommandResult;
}

/** Work on one file in one VM, whose system has been asked for. */
export class AgentSession {
  readonly programs: FilePrograms;
  readonly #api: AgentApi;
  readonly #system: GuestSystem;
  readonly #major: number;
  readonly #graceMs: number;

  private constructor(api: AgentApi, system: GuestSystem, major: number, graceMs: number) {
    this.#api = api;
    this.#system = system;
    this.#major = major;
    this.#graceMs = graceMs;
    this.programs = system === "windows" ? windowsFiles : posixFiles;
  }

  /** Throws ToolError where the agent cannot be asked, or the path is none of the system. */
  static async open(
    api: AgentApi,
    path: string,
    options: { signal: AbortSignal; graceMs: number },
  ): Promise<AgentSession> {
    const system = await systemOf(api, options.signal);
    const isAbsolute = system === "windows" ? /^(?:[A-Za-z]:[\\/]|\\\\)/.test(path) : path.startsWith("/");
    if (!isAbsolute || path.includes("\0")) throw notAPath(api.place, path);
    return new AgentSession(api, system, await api.major(), options.graceMs);
  }

  get place(): GuestPlace {
    return this.#api.place;
  }

  /** Runs a program once; throws ToolError as commands do. */
  async run({ argv, input = "" }: FileProgram, signal?: AbortSignal): Promise<Said> {
    refuseTooMuch(argv, input, this.#major);
    const time = leaving(signal, PROGRAM_MS);
    try {
      const beginning = { argv, input, system: this.#system, time, graceMs: this.#graceMs };
      return said(await runProcess(this.#api, beginning));
    } finally {
      time.dispose();
    }
  }
}

function said(result: CommandResult): Said {
  const text = Buffer.from(result.stdout.bytes).toString("latin1");
  const end = text.search(/\r?\n/);
  const first = end < 0 ? text : text.slice(0, end);
  // Line breaks within base64 are passed over.
  return { first, content: Buffer.from(end < 0 ? "" : text.slice(end), "base64"), result };
}

function notAPath({ vmid }: GuestPlace, path: string): ToolError {
  return new ToolError({
    code: "invalid_input",
    message: `${JSON.stringify(path)} is no full path in VM ${vmid}. Nothing was done.`,
    next: "Give the path from the root on, such as /etc/hosts or C:\\Windows\\win.ini.",
  });
}
