import { posix } from "node:path";
import type { GuestFile, GuestFiles } from "./files.ts";
import type { Program, ProgramInput, ProgramOutput } from "./system.ts";
import { holds } from "./test-program.ts";

/** Programs that look at files and change them. */
export const FILE_PROGRAMS: readonly (readonly [string, Program])[] = [
  ["ls", ls],
  ["touch", each("touch", ({ files }, path) => (files.has(path) ? undefined : files.set(path, "")))],
  ["mkdir", mkdir],
  ["rm", rm],
  ["mv", mv],
  ["ln", ln],
  ["chmod", chmod],
  ["chown", chown],
  ["stat", stat],
  ["readlink", readlink],
  ["dd", dd],
  ["sync", () => ({})],
  ["test", ({ args, system }) => ({ code: Number(!holds(args, system.files)) })],
  ["[", ({ args, system }) => ({ code: Number(!holds(args.slice(0, -1), system.files)) })],
];

const WORDS: Readonly<Record<string, string>> = {
  ENOENT: "No such file or directory",
  EISDIR: "Is a directory",
  ENOTDIR: "Not a directory",
  EEXIST: "File exists",
};

function named(args: readonly string[]): readonly string[] {
  const end = args.indexOf("--");
  return end < 0 ? args.filter((arg) => !arg.startsWith("-")) : args.slice(end + 1);
}

function failed(program: string, path: string, fault: string): ProgramOutput {
  return { err: `${program}: ${path}: ${WORDS[fault] ?? fault}\n`, code: 1 };
}

function each(
  program: string,
  work: (system: ProgramInput["system"], path: string) => string | undefined,
): Program {
  return ({ args, system }) => {
    for (const path of named(args)) {
      const fault = work(system, path);
      if (fault !== undefined) return failed(program, path, fault);
    }
    return {};
  };
}

function ls({ args, system: { files } }: ProgramInput): ProgramOutput {
  const [path = "/"] = named(args);
  if (files.lookAt(path) === undefined)
    return { err: `ls: cannot access '${path}': No such file or directory\n`, code: 2 };
  return { out: (files.names(path) ?? [path]).map((name) => `${name}\n`).join("") };
}

function mkdir({ args, system: { files } }: ProgramInput): ProgramOutput {
  const hasParents = args.includes("-p");
  for (const path of named(args)) {
    const parts = posix.resolve("/", path).split("/").slice(1);
    const all = parts.map((_, index) => `/${parts.slice(0, index + 1).join("/")}`);
    for (const folder of hasParents ? all : [path]) {
      const fault = files.makeFolder(folder);
      if (fault !== undefined && !(hasParents && fault === "EEXIST")) return failed("mkdir", path, fault);
    }
  }
  return {};
}

function rm({ args, system: { files } }: ProgramInput): ProgramOutput {
  const isForced = args.some((arg) => /^-\w*f/.test(arg));
  for (const path of named(args)) {
    const found = files.lookAt(path);
    if (found?.kind === "folder" && !args.some((arg) => /^-\w*r/i.test(arg)))
      return failed("rm", path, "EISDIR");
    if (found === undefined && !isForced) return failed("rm", path, "ENOENT");
    files.delete(path);
  }
  return {};
}

function mv({ args, system: { files } }: ProgramInput): ProgramOutput {
  const [from = "", to = ""] = named(args);
  const target = files.find(to)?.kind === "folder" ? posix.join(to, posix.basename(from)) : to;
  const fault = files.move(from, target);
  return fault === undefined ? {} : failed("mv", from, fault);
}

function ln({ args, system: { files } }: ProgramInput): ProgramOutput {
  const [target = "", path = ""] = named(args);
  const fault = files.link(target, path);
  return fault === undefined ? {} : failed("ln", path, fault);
}

function chmod({ args, system: { files } }: ProgramInput): ProgramOutput {
  const [mode = "", ...paths] = named(args);
  return change("chmod", paths, files, (file) => {
    file.mode = Number.parseInt(mode, 8);
  });
}

function chown({ args, system: { files } }: ProgramInput): ProgramOutput {
  const [owner = "", ...paths] = named(args);
  const [uid, gid] = owner.split(":").map(Number);
  return change("chown", paths, files, (file) => {
    file.uid = uid ?? file.uid;
    file.gid = gid ?? file.gid;
  });
}

function change(
  program: string,
  paths: readonly string[],
  files: GuestFiles,
  apply: (file: GuestFile) => void,
): ProgramOutput {
  for (const path of paths) {
    const file = files.find(path);
    if (file === undefined) return failed(program, path, "ENOENT");
    apply(file);
  }
  return {};
}

const KINDS = { folder: "directory", link: "symbolic link", device: "character special file" } as const;

/** `-c` with `%F %a %u %g %s`; links are followed with `-L`. */
function stat({ args, system: { files } }: ProgramInput): ProgramOutput {
  const at = args.indexOf("-c");
  const format = args[at + 1] ?? "";
  const path = named(args).at(-1) ?? "";
  const file = args.some((arg) => /^-\w*L/.test(arg)) ? files.find(path) : files.lookAt(path);
  if (file === undefined) return failed("stat", `cannot statx '${path}'`, "ENOENT");
  const regular = file.content === "" ? "regular empty file" : "regular file";
  const values: Readonly<Record<string, string>> = {
    "%F": file.kind === "file" ? regular : KINDS[file.kind],
    "%a": file.mode.toString(8),
    "%u": String(file.uid),
    "%g": String(file.gid),
    "%s": String(file.content.length),
  };
  return { out: `${format.replace(/%[Faugs]/g, (hole) => values[hole] ?? hole)}\n` };
}

function readlink({ args, system: { files } }: ProgramInput): ProgramOutput {
  const [path = ""] = named(args);
  if (args.includes("-f")) {
    const at = files.resolve(path);
    return at === undefined ? { code: 1 } : { out: `${at}\n` };
  }
  const found = files.lookAt(path);
  return found?.kind === "link" ? { out: `${found.content}\n` } : { code: 1 };
}

/** Blocks of `if` or of the input, to `of` or to the output. */
function dd({ args, stdin, system: { files } }: ProgramInput): ProgramOutput {
  const operands = new Map(args.map((arg) => [arg.split("=", 1)[0] ?? "", arg.slice(arg.indexOf("=") + 1)]));
  const source = operands.get("if");
  const content = source === undefined ? stdin : files.get(source);
  if (content === undefined) return failed("dd", `failed to open '${source}'`, "ENOENT");
  const size = Number(operands.get("bs") ?? 512);
  const start = Number(operands.get("skip") ?? 0) * size;
  const part = content.slice(start, start + Number(operands.get("count") ?? Number.MAX_SAFE_INTEGER) * size);
  const err = operands.get("status") === "none" ? "" : `${part.length} bytes copied\n`;
  const target = operands.get("of");
  if (target === undefined) return { out: part, err };
  const keeps = operands.get("conv")?.split(",").includes("notrunc") === true;
  const old = keeps ? (files.get(target) ?? "") : "";
  const fault = files.set(target, part + old.slice(part.length));
  return fault === undefined ? { err } : failed("dd", `failed to open '${target}'`, fault);
}
