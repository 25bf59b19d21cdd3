import { COPY_PROGRAMS } from "./copy-programs.ts";
import { FILE_PROGRAMS } from "./file-programs.ts";
import { PROCESS_PROGRAMS } from "./process-programs.ts";
import type { Program, ProgramInput, ProgramOutput } from "./system.ts";
import { TEXT_PROGRAMS } from "./text-programs.ts";

/** Programs that the simulated guest has, by name. */
export const PROGRAMS: ReadonlyMap<string, Program> = new Map<string, Program>([
  ["true", () => ({})],
  ["false", () => ({ code: 1 })],
  ["hostname", ({ system }) => ({ out: `${system.hostname}\n` })],
  ["uname", uname],
  ["whoami", () => ({ out: "root\n" })],
  ["id", ({ args }) => ({ out: args[0] === "-u" ? "0\n" : "uid=0(root) gid=0(root) groups=0(root)\n" })],
  ["pwd", () => ({ out: "/\n" })],
  ["date", ({ system }) => ({ out: `${new Date(system.now()).toUTCString()}\n` })],
  ...TEXT_PROGRAMS,
  ...FILE_PROGRAMS,
  ...COPY_PROGRAMS,
  ...PROCESS_PROGRAMS,
]);

function uname({ args: [flag], system }: ProgramInput): ProgramOutput {
  if (flag === "-a") return { out: `Linux ${system.hostname} 6.1.0-lab x86_64 GNU/Linux\n` };
  if (flag === "-r") return { out: "6.1.0-lab\n" };
  return { out: flag === "-m" ? "x86_64\n" : "Linux\n" };
}
