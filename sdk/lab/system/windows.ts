import { createHash } from "node:crypto";
import type { GuestFiles } from "./files.ts";
import { SIGNALS } from "./signals.ts";
import type { Program, ProgramInput, ProgramOutput } from "./system.ts";

/** A path of Windows where the simulated files keep it: `C:\Users` at `/C:/Users`. */
export function windowsPath(path: string): string {
  return `/${path.replaceAll("\\", "/")}`;
}

/** The program of this name in a simulated Windows; undefined where there is none. */
export function windowsProgram(path: string): Program | undefined {
  return PROGRAMS.get(
    path
      .replace(/^.*[\\/]/, "")
      .replace(/\.exe$/i, "")
      .toLowerCase(),
  );
}

const PROGRAMS: ReadonlyMap<string, Program> = new Map<string, Program>([
  ["cmd", cmd],
  ["hostname", ({ system }) => ({ out: `${system.hostname}\r\n` })],
  ["powershell", powershell],
  ["taskkill", taskkill],
  ["whoami", () => ({ out: "nt authority\\system\r\n" })],
]);

/** `/c echo …`, `/c exit N`, `/c type FILE`. */
function cmd({ args: [option = "", ...words], stdin, system: { files } }: ProgramInput): ProgramOutput {
  if (option.toLowerCase() !== "/c") return { out: stdin };
  const [name = "", ...rest] = words.join(" ").split(" ");
  if (name === "echo") return { out: `${rest.join(" ")}\r\n` };
  if (name === "exit") return { code: Number(rest[0] ?? 0) };
  const content = name === "type" ? files.get(windowsPath(rest.join(" "))) : undefined;
  return content === undefined
    ? { err: "The system cannot find the file specified.\r\n", code: 1 }
    : { out: content };
}

function taskkill({ args, system: { processes } }: ProgramInput): ProgramOutput {
  const pid = Number(args[args.indexOf("/PID") + 1]);
  if (processes.signal(pid, SIGNALS.KILL ?? 9))
    return { out: `SUCCESS: The process with PID ${pid} has been terminated.\r\n` };
  return { err: `ERROR: The process "${pid}" not found.\r\n`, code: 128 };
}

/** Knows the few commands that are tried, and in what is encoded the ways to files. */
function powershell(input: ProgramInput): ProgramOutput {
  const { args } = input;
  const encoded = args[args.indexOf("-EncodedCommand") + 1];
  if (args.includes("-EncodedCommand") && encoded !== undefined)
    return files(Buffer.from(encoded, "base64").toString("utf16le"), input);
  const script = args.at(-1) ?? "";
  const [, seconds] = /^Start-Sleep (?:-Seconds )?(\d+)$/.exec(script) ?? [];
  if (seconds !== undefined) return { ms: Number(seconds) * 1000 };
  const [, words] = /^(?:Write-Output|echo) (.*)$/.exec(script) ?? [];
  return words === undefined
    ? { err: `${script} : The term is not recognized\r\n`, code: 1 }
    : { out: `${words.replace(/^'(.*)'$/, "$1")}\r\n` };
}

type FileWork = (words: readonly string[], files: GuestFiles, stdin: string) => ProgramOutput;

/** What a script does with files, by the call of .NET that no other has. */
const FILE_WORK: readonly (readonly [RegExp, FileWork])[] = [
  [/\[IO\.File\]::Replace\(/, place],
  [/'CreateNew'/, begin],
  [/\[Console\]::In/, append],
  [/\.Seek\(\[long\]/, block],
  [/New-Object byte\[\]/, open],
  [/'pending'/, placed],
  [/function Sum/, ([path = ""], files) => ({ out: `${digest(files, path) ?? "missing"}\r\n` })],
  [/\[IO\.File\]::Delete/, forget],
];

/** Its arguments are base64 in `$a=@(@('…','…')|…)`. */
function files(script: string, { system, stdin }: ProgramInput): ProgramOutput {
  const [, list = ""] = /^[^@]*\$a=@\(@\(((?:'[A-Za-z0-9+/=]*',?)*)\)\|/.exec(script) ?? [];
  const words = [...list.matchAll(/'([^']*)'/g)].map(([, word = ""]) =>
    Buffer.from(word, "base64").toString(),
  );
  const [, work] = FILE_WORK.find(([call]) => call.test(script)) ?? [];
  return work?.(words, system.files, stdin) ?? { err: "The term is not recognized\r\n", code: 1 };
}

function open([path = "", most = "", length = ""]: readonly string[], files: GuestFiles): ProgramOutput {
  const found = files.find(windowsPath(path));
  if (found?.kind === "folder") return { out: "directory\r\n" };
  if (found === undefined) return { out: "missing\r\n" };
  const { content } = found;
  const head = `file ${content.length}\r\n`;
  if (most !== "any" && content.length > Number(most)) return { out: head };
  return { out: `${head}${toBase64(content.slice(0, Number(length)))}\r\n` };
}

function block([path = "", length = "", index = ""]: readonly string[], files: GuestFiles): ProgramOutput {
  const content = files.get(windowsPath(path)) ?? "";
  const start = Number(length) * Number(index);
  return { out: `block\r\n${toBase64(content.slice(start, start + Number(length)))}\r\n` };
}

function begin([path = "", name = ""]: readonly string[], files: GuestFiles): ProgramOutput {
  const target = windowsPath(path);
  if (files.find(target)?.kind === "folder") return { out: "directory\r\n" };
  if (files.set(beside(path, name), "") !== undefined) return { out: "missing\r\n" };
  return { out: `begun\r\n${Buffer.from(path).toString("base64")}\r\n` };
}

function append([path = "", name = ""]: readonly string[], files: GuestFiles, stdin: string): ProgramOutput {
  const fresh = beside(path, name);
  const content = files.get(fresh);
  if (content === undefined) return { err: "Could not find file\r\n", code: 1 };
  files.set(fresh, content + Buffer.from(stdin, "base64url").toString("latin1"));
  return {};
}

function place(words: readonly string[], files: GuestFiles): ProgramOutput {
  const [path = "", name = "", sha256 = "", expected = ""] = words;
  const fresh = beside(path, name);
  const now = digest(files, path) ?? "absent";
  const isWhole = sumOf(files.get(fresh) ?? "") === sha256;
  if (isWhole && (expected === "" || now === expected)) {
    files.move(fresh, windowsPath(path));
    return { out: "written\r\n" };
  }
  files.delete(fresh);
  return { out: isWhole ? `changed ${now}\r\n` : "damaged\r\n" };
}

function placed([path = "", name = ""]: readonly string[], files: GuestFiles): ProgramOutput {
  if (files.has(beside(path, name))) return { out: "pending\r\n" };
  return { out: `${digest(files, path) ?? "missing"}\r\n` };
}

function forget([path = "", name = ""]: readonly string[], files: GuestFiles): ProgramOutput {
  files.delete(beside(path, name));
  return {};
}

function beside(path: string, name: string): string {
  return windowsPath(path).replace(/[^/]*$/, name);
}

function digest(files: GuestFiles, path: string): string | undefined {
  const content = files.get(windowsPath(path));
  return content === undefined ? undefined : sumOf(content);
}

function sumOf(content: string): string {
  return createHash("sha256").update(Buffer.from(content, "latin1")).digest("hex");
}

function toBase64(content: string): string {
  return Buffer.from(content, "latin1").toString("base64");
}
