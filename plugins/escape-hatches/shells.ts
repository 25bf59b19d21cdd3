import { type Place, ToolError } from "../../sdk/index.ts";

/** Shells that a script can be written for. */
export type Shell = "sh" | "bash" | "powershell" | "cmd";

/** Windows takes 32 KiB as one command line, each quote may count twice, and base64 of UTF-16 has 2.7 for one. */
const LONGEST_POWERSHELL = 5_900;

/** The arguments by which a shell runs a script. Throws ToolError where it is not one of the place, or cannot. */
export function shellArgv(shell: Shell, script: string, { kind }: Pick<Place, "kind">): readonly string[] {
  if (shell === "sh" || shell === "bash") return [shell, "-c", script];
  if (kind !== "qemu") {
    const where = kind === "node" ? "A node" : "A container";
    throw wrong(`${where} has no ${shell}.`, "Use sh or bash.");
  }
  return shell === "powershell" ? powershell(script) : cmd(script);
}

/** Encoded, so that no quoting on the way can change it. */
function powershell(script: string): readonly string[] {
  if (script.length > LONGEST_POWERSHELL) {
    throw wrong(
      `The script has ${script.length} characters; PowerShell is given at most ${LONGEST_POWERSHELL}.`,
      "Write it to a file with proxmox_file_write, and run that with -File.",
    );
  }
  const encoded = Buffer.from(script, "utf16le").toString("base64");
  return ["powershell.exe", "-NoProfile", "-NonInteractive", "-EncodedCommand", encoded];
}

/**
 * The agent puts quotes around what has spaces, and `\` before quotes in it, as programs of C read their arguments.
 * `/s` takes the outer ones away again; the inner ones cmd would read with their `\`. (glib, g_spawn on Windows)
 */
function cmd(script: string): readonly string[] {
  if (/["\r\n]/.test(script)) {
    throw wrong(
      "A line for cmd can have neither quotes nor line breaks: they do not reach it as they are.",
      "Join commands with &, or use powershell.",
    );
  }
  return ["cmd.exe", "/d", "/s", "/c", script];
}

function wrong(message: string, next: string): ToolError {
  return new ToolError({ code: "invalid_input", message: `${message} Nothing was changed.`, next });
}
