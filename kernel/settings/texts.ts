import { readFileSync, statSync } from "node:fs";
import type { SettingFault } from "./errors.ts";

/** The environment as the operating system gives it. */
export type Environment = Readonly<Record<string, string | undefined>>;

const LIMIT_BYTES = 1_048_576;

/** Text of each variable that is set, from the environment or from the file that `NAME_FILE` names. */
export function readTexts(
  env: Environment,
  names: readonly string[],
): {
  readonly texts: ReadonlyMap<string, string>;
  readonly faults: readonly SettingFault[];
  readonly given: ReadonlySet<string>;
} {
  const texts = new Map<string, string>();
  const faults: SettingFault[] = [];
  const given = new Set<string>();
  for (const name of names) {
    const own = present(env[name]);
    const file = present(env[`${name}_FILE`]);
    if (own !== undefined || file !== undefined) given.add(name);
    if (own !== undefined && file !== undefined) {
      faults.push({ name, wrong: `${name}_FILE is set as well`, accepted: "one of the two" });
    } else if (own !== undefined) {
      texts.set(name, own);
    } else if (file !== undefined) {
      const content = readSecretFile(file);
      if (typeof content === "string") texts.set(name, content);
      else faults.push({ name: `${name}_FILE`, ...content });
    }
  }
  return { texts, faults, given };
}

/** Compose files and MCP clients pass unset variables as empty ones. */
function present(text: string | undefined): string | undefined {
  return text === undefined || text.trim() === "" ? undefined : text;
}

/** The path is never quoted: a secret set in place of a path would show. */
function readSecretFile(path: string): string | { wrong: string; accepted: string } {
  const accepted = "the path of a readable file that holds the value";
  try {
    if (statSync(path).size > LIMIT_BYTES) return { wrong: "the file is larger than 1 MiB", accepted };
    const content = readFileSync(path, "utf8").replace(/\r?\n$/, "");
    return content.trim() === "" ? { wrong: "the file is empty", accepted } : content;
  } catch (error) {
    const code = error instanceof Error && "code" in error ? String(error.code) : "unknown error";
    return { wrong: `the file cannot be read (${code})`, accepted };
  }
}
