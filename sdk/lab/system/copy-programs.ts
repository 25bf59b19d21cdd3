import { posix } from "node:path";
import type { Program, ProgramInput, ProgramOutput } from "./system.ts";

/** Programs that make files out of other files, out of their input, or out of nothing. */
export const COPY_PROGRAMS: readonly (readonly [string, Program])[] = [
  ["cp", cp],
  ["tee", tee],
  ["mktemp", mktemp],
];

function cp({ args, system: { files } }: ProgramInput): ProgramOutput {
  const [from = "", to = ""] = args.filter((arg) => !arg.startsWith("-"));
  const source = files.find(from);
  if (source?.kind !== "file")
    return { err: `cp: cannot stat '${from}': No such file or directory\n`, code: 1 };
  const target = files.find(to)?.kind === "folder" ? posix.join(to, posix.basename(from)) : to;
  if (files.set(target, source.content, source.mode) === undefined) return {};
  return { err: `cp: cannot create regular file '${target}': No such file or directory\n`, code: 1 };
}

function tee({ args, stdin, system: { files } }: ProgramInput): ProgramOutput {
  const isAdded = args.includes("-a");
  let err = "";
  for (const path of args.filter((arg) => !arg.startsWith("-"))) {
    const before = isAdded ? (files.get(path) ?? "") : "";
    if (files.set(path, before + stdin) !== undefined) err += `tee: ${path}: No such file or directory\n`;
  }
  return { out: stdin, err, code: err === "" ? 0 : 1 };
}

/** A file or, with `-d`, a folder below /tmp that is there for nobody else. */
function mktemp({ args, system: { files } }: ProgramInput): ProgramOutput {
  let path: string;
  let tried = 0;
  do {
    path = `/tmp/tmp.${String(tried).padStart(10, "0")}`;
    tried += 1;
  } while (files.has(path));
  const fault = args.includes("-d") ? files.makeFolder(path) : files.set(path, "", 0o600);
  const made = files.find(path);
  if (fault !== undefined || made === undefined)
    return { err: "mktemp: failed to create file via template '/tmp/tmp.XXXXXXXXXX'\n", code: 1 };
  if (args.includes("-d")) made.mode = 0o700;
  return { out: `${path}\n` };
}
