/** What a program of the simulated guest sees. */
export interface ProgramInput {
  readonly args: readonly string[];
  readonly stdin: string;
  readonly system: GuestSystem;
  readonly pid: number;
}

/** The system in a guest: its name, its files, its clock (milliseconds since the epoch). */
export interface GuestSystem {
  readonly hostname: string;
  readonly files: Map<string, string>;
  now(): number;
}

/** How a program ended. */
export interface ProgramOutput {
  readonly out?: string;
  readonly err?: string;
  readonly code?: number;
  readonly signal?: number;
  /** Milliseconds that it runs. */
  readonly ms?: number;
  /** Ends the whole script. */
  readonly exits?: boolean;
}

type Program = (input: ProgramInput) => ProgramOutput;

const OK: ProgramOutput = {};

/** Programs that the simulated guest has, by name. */
export const PROGRAMS: Readonly<Record<string, Program>> = {
  true: () => OK,
  false: () => ({ code: 1 }),
  echo: ({ args }) => (args[0] === "-n" ? { out: args.slice(1).join(" ") } : { out: `${args.join(" ")}\n` }),
  printf: ({ args: [format = "", ...values] }) => ({ out: formatted(format, values) }),
  cat,
  hostname: ({ system }) => ({ out: `${system.hostname}\n` }),
  uname: ({ args, system }) => ({
    out: args[0] === "-a" ? `Linux ${system.hostname} 6.1.0-lab x86_64 GNU/Linux\n` : uname(args[0]),
  }),
  whoami: () => ({ out: "root\n" }),
  id: ({ args }) => ({ out: args[0] === "-u" ? "0\n" : "uid=0(root) gid=0(root) groups=0(root)\n" }),
  pwd: () => ({ out: "/\n" }),
  date: ({ system }) => ({ out: `${new Date(system.now()).toUTCString()}\n` }),
  sleep: ({ args }) => ({ ms: Number(args[0] ?? 0) * 1000 }),
  exit: ({ args }) => ({ code: Number(args[0] ?? 0) % 256, exits: true }),
  kill,
  ls,
  touch: ({ args, system }) => {
    for (const path of args) if (!system.files.has(path)) system.files.set(path, "");
    return OK;
  },
  mkdir: () => OK,
  rm: ({ args, system }) => {
    for (const path of args) system.files.delete(path);
    return OK;
  },
  wc: ({ args, stdin }) => ({
    out: `${args.includes("-c") ? Buffer.byteLength(stdin) : stdin.split("\n").length - 1}\n`,
  }),
  head: ({ args, stdin }) => ({ out: lines(stdin).slice(0, count(args)).join("") }),
  tail: ({ args, stdin }) => ({ out: lines(stdin).slice(-count(args)).join("") }),
  grep: ({ args, stdin }) => {
    const pattern = args.find((arg) => !arg.startsWith("-")) ?? "";
    const found = lines(stdin).filter((line) => line.includes(pattern));
    return { out: found.join(""), code: found.length === 0 ? 1 : 0 };
  },
};

function uname(flag: string | undefined): string {
  if (flag === "-r") return "6.1.0-lab\n";
  return flag === "-m" ? "x86_64\n" : "Linux\n";
}

function cat({ args, stdin, system }: ProgramInput): ProgramOutput {
  if (args.length === 0) return { out: stdin };
  let out = "";
  let err = "";
  for (const path of args) {
    const content = path === "-" ? stdin : system.files.get(path);
    if (content === undefined) err += `cat: ${path}: No such file or directory\n`;
    else out += content;
  }
  return { out, err, code: err === "" ? 0 : 1 };
}

function kill({ args, pid }: ProgramInput): ProgramOutput {
  const flag = args.find((arg) => arg.startsWith("-"));
  const targets = args.filter((arg) => !arg.startsWith("-"));
  if (!targets.includes(String(pid))) return { err: "kill: no such process\n", code: 1 };
  return { signal: SIGNALS[flag?.slice(1) ?? "15"] ?? (Number(flag?.slice(1)) || 15), exits: true };
}

const SIGNALS: Readonly<Record<string, number>> = { HUP: 1, INT: 2, KILL: 9, TERM: 15 };

function ls({ args, system }: ProgramInput): ProgramOutput {
  const path = args.find((arg) => !arg.startsWith("-")) ?? "/";
  if (system.files.has(path)) return { out: `${path}\n` };
  const start = path.endsWith("/") ? path : `${path}/`;
  const names = new Set(
    [...system.files.keys()]
      .filter((file) => file.startsWith(start))
      .map((file) => file.slice(start.length).split("/")[0] ?? ""),
  );
  if (names.size === 0) return { err: `ls: cannot access '${path}': No such file or directory\n`, code: 2 };
  return {
    out: [...names]
      .sort()
      .map((name) => `${name}\n`)
      .join(""),
  };
}

function formatted(format: string, values: readonly string[]): string {
  let index = 0;
  return format
    .replace(/%(?:s|d|%)/g, (hole) => (hole === "%%" ? "%" : (values[index++] ?? "")))
    .replaceAll("\\n", "\n")
    .replaceAll("\\t", "\t");
}

function lines(text: string): readonly string[] {
  return text.match(/[^\n]*\n|[^\n]+$/g) ?? [];
}

function count(args: readonly string[]): number {
  const found = /(\d+)/.exec(args.join(" "))?.[1];
  return found === undefined ? 10 : Number(found);
}
