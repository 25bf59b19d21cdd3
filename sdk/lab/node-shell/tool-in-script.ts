import { cliCommands } from "../../../vendor/pve-docs/index.ts";
import { programOf } from "../system/run.ts";
import { type Command, parseScript } from "../system/shell-parse.ts";

const TOOLS: ReadonlySet<string> = new Set(
  cliCommands().map(({ command }) => command.split(" ", 1)[0] ?? ""),
);

/** The words of a script that is nothing but one of Proxmox VE's commands; the shell of the lab knows none of these. */
export function toolInScript(argv: readonly string[]): readonly string[] | undefined {
  const [shell = "", option, script = "", ...others] = argv;
  if (!/^(?:ba|da)?sh$/.test(shell) || option !== "-c" || others.length > 0) return undefined;
  const words = wordsOf(onlyCommand(script));
  const [program = ""] = words ?? [];
  return programOf(program) === undefined && TOOLS.has(program) ? words : undefined;
}

function onlyCommand(script: string): Command | undefined {
  try {
    const [pipeline, ...others] = parseScript(script);
    const isOnly = others.length === 0 && pipeline?.commands.length === 1 && !pipeline.inverted;
    return isOnly ? pipeline.commands[0] : undefined;
  } catch {
    // What no shell can read is for the shell to say.
    return undefined;
  }
}

function wordsOf(command: Command | undefined): readonly string[] | undefined {
  if (command?.kind !== "simple" || command.redirects.length > 0) return undefined;
  const parts = command.words.map((word) =>
    word.map((part) => (part.kind === "text" ? part.text : undefined)),
  );
  return parts.some((word) => word.includes(undefined)) ? undefined : parts.map((word) => word.join(""));
}
