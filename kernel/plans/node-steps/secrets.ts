import { MASK, type Redactor } from "../../secrets/redact.ts";
import { givenScript } from "./scripts.ts";

/** Files that are secret as a whole: no line of them is shown. */
const SECRET_FILES =
  /^\/etc\/(?:shadow|gshadow|sudoers)(?:-|\.d\/.*)?$|^\/etc\/pve\/priv\/|^\/etc\/ssl\/private\/|\/\.ssh\/id_[^/]*$|(?:\.key|\.pem|\.pfx|\.p12|\.jks|\.kdbx|\/\.(?:pgpass|netrc|my\.cnf))$|_key$/;

/** `name: value`, `name = value`, `"name": "value"`, `export name=value`, as configuration files have them. */
const ASSIGNMENT = /^(\s*(?:-\s+)?(?:export\s+)?["']?)([\w.-]+)(["']?\s*(?:[:=]|\s)\s*)(\S.*)$/;
/** Names that are secret in files besides those that are secret anywhere. */
const SECRET_IN_FILES = /^(?:passwd|psk|.*(?:token|credential|apikey|api_key|preshared).*|chpasswd)$/i;
/** Hashes of passwords, wherever they stand. */
const PASSWORD_HASH = /\$(?:1|2[aby]?|5|6|y|gy|7)\$[./0-9A-Za-z$=,]{8,}/g;

/** True for a file of which nothing is shown. */
export function isSecretFile(path: string): boolean {
  return SECRET_FILES.test(path);
}

/** A text of a file with the values of secret names masked: on their line, and on lines indented below it. */
export function maskedText(text: string, redactor: Redactor): string {
  let secretIndent: number | undefined;
  const lines = redactor.text(text.replaceAll(PASSWORD_HASH, MASK)).split("\n");
  const masked = lines.map((line) => {
    const indent = line.length - line.trimStart().length;
    if (secretIndent !== undefined && (line.trim() === "" || indent > secretIndent)) {
      return line.trim() === "" ? line : line.slice(0, indent) + MASK;
    }
    const opens = /^\s*(?:-\s+)?["']?([\w.-]+)["']?\s*:\s*(?:[|>][+-]?)?\s*$/.exec(line)?.[1];
    secretIndent = opens !== undefined && isSecret(opens, redactor) ? indent : undefined;
    return maskedLine(line, redactor);
  });
  return masked.join("\n");
}

function maskedLine(line: string, redactor: Redactor): string {
  const [, before = "", name = "", between = "", value = ""] = ASSIGNMENT.exec(line) ?? [];
  if (value === "" || /^[|>][+-]?$/.test(value) || !isSecret(name, redactor)) return line;
  return `${before}${name}${between}${MASK}`;
}

/** Arguments with the values of secret options masked: `--password x`, `--password=x`. */
export function maskedArgv(argv: readonly string[], redactor: Redactor): readonly string[] {
  return argv.map((argument, index) => {
    const option = /^--?([\w-]+)$/.exec(argv[index - 1] ?? "")?.[1];
    if (option !== undefined && isSecret(option, redactor)) return MASK;
    const [, head = "", name = ""] = /^((?:--?)?([\w-]+)=)./.exec(argument) ?? [];
    return name !== "" && isSecret(name, redactor) ? head + MASK : redactor.text(argument);
  });
}

/** The arguments of a free command as they are shown, and the script that is among them. */
export interface ShownArgv {
  readonly words: readonly string[];
  /** Where it does not read well among the arguments: of several lines, or encoded. */
  readonly script?: { readonly text: string; readonly shown: string };
}

/**
 * The arguments of a free command, and apart from them a script that they hold. In it only known secrets are masked,
 * wherever they stand: what looks like the value of a secret name can be a command as well.
 */
export function shownArgv(argv: readonly string[], redactor: Redactor): ShownArgv {
  const given = givenScript(argv);
  const words = maskedArgv(argv, redactor);
  if (given === undefined) return { words };
  const { at, text, isEncoded } = given;
  const shown = redactor.text(text);
  if (!isEncoded && !text.includes("\n")) return { words: words.with(at, shown) };
  const how = isEncoded ? "the script below, as UTF-16 in base64" : "the script below";
  return { words: words.with(at, `(${how})`), script: { text, shown } };
}

function isSecret(name: string, redactor: Redactor): boolean {
  if (SECRET_IN_FILES.test(name)) return true;
  const masked = redactor.value({ [name]: "-" });
  return typeof masked === "object" && masked !== null && Reflect.get(masked, name) === MASK;
}
