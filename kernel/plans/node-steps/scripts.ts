/** A script that a shell is given as one of its arguments. */
export interface GivenScript {
  /** Which argument it is. */
  readonly at: number;
  readonly text: string;
  /** The argument is not the text itself. */
  readonly isEncoded: boolean;
}

const SHELLS: ReadonlySet<string> = new Set(["sh", "bash", "dash", "ash", "ksh", "zsh"]);
const POWERSHELLS: ReadonlySet<string> = new Set(["powershell", "pwsh"]);
/** PowerShell takes any beginning of the option, and `-ec`. */
const ENCODED = /^[-/](?:ec|e(?:n(?:c(?:o(?:d(?:e(?:d(?:c(?:o(?:m(?:m(?:a(?:nd?)?)?)?)?)?)?)?)?)?)?)?)?)$/i;

/** The script among a command's arguments, readable; undefined where there is none. */
export function givenScript(argv: readonly string[]): GivenScript | undefined {
  const encoded =
    argv.findIndex((word, at) => ENCODED.test(word) && argv.slice(0, at).some(isPowerShell)) + 1;
  const code = encoded > 0 ? argv[encoded] : undefined;
  if (code !== undefined) {
    return { at: encoded, text: Buffer.from(code, "base64").toString("utf16le"), isEncoded: true };
  }
  const [program = "", option = "", script] = argv;
  if (!SHELLS.has(nameOf(program)) || !/^-[a-z]*c$/.test(option) || script === undefined) return undefined;
  return { at: 2, text: script, isEncoded: false };
}

function isPowerShell(word: string): boolean {
  return POWERSHELLS.has(nameOf(word));
}

/** `C:\\Windows\\…\\powershell.exe` is `powershell`. */
function nameOf(program: string): string {
  const last = program.split(/[\\/]/).at(-1) ?? "";
  return last.toLowerCase().replace(/\.exe$/, "");
}
