import { PolicyFault } from "./policy-fault.ts";

/** A piece of text and where it begins in the whole. */
export interface Word {
  readonly text: string;
  readonly at: number;
}

/** One value of a condition, unquoted. */
export interface Value extends Word {
  readonly isQuoted: boolean;
}

/** A word of a rule as it stands there: `deny`, or `tag=prod,"two words"`. */
export interface Part extends Word {
  /** `=`, `!=`, `>=`, or undefined for a plain word. */
  readonly operator?: "=" | "!=" | ">=";
  /** What stands before the operator. */
  readonly key: string;
  readonly values: readonly Value[];
}

/** One rule's words, and where it begins and ends in the whole. */
export interface Sentence {
  readonly parts: readonly Part[];
  readonly at: number;
  readonly end: number;
}

const SPACE = /[^\S\n]/;

/** Takes a policy apart into rules, and rules into words. Throws {@link PolicyFault}. */
export function sentencesOf(text: string): readonly Sentence[] {
  const sentences: Sentence[] = [];
  let parts: Part[] = [];
  const end = () => {
    const [first, last] = [parts[0], parts.at(-1)];
    if (first && last) sentences.push({ parts, at: first.at, end: last.at + last.text.length });
    parts = [];
  };
  let at = 0;
  while (at < text.length) {
    const char = text.charAt(at);
    if (char === "\n" || char === ";") {
      end();
      at += 1;
    } else if (char === "#") {
      at = endOfLine(text, at);
    } else if (SPACE.test(char)) {
      at += 1;
    } else {
      const part = partAt(text, at);
      parts.push(part);
      at += part.text.length;
    }
  }
  end();
  return sentences;
}

function endOfLine(text: string, from: number): number {
  const at = text.indexOf("\n", from);
  return at < 0 ? text.length : at;
}

const KEY = /[^\s;#=!>"]*/y;
const BARE = /[^\s;#,"]*/y;
const OPERATORS = ["!=", ">=", "="] as const;

function partAt(text: string, at: number): Part {
  const key = take(KEY, text, at);
  let next = at + key.length;
  const operator = OPERATORS.find((one) => text.startsWith(one, next));
  if (operator === undefined) {
    if (key === "" || !isEnd(text, next))
      throw new PolicyFault(text, next, `"${text.charAt(next)}" does not belong here`);
    return { text: key, at, key, values: [] };
  }
  if (key === "") throw new PolicyFault(text, at, `nothing stands before "${operator}"`);
  next += operator.length;
  const values: Value[] = [];
  for (;;) {
    const value = valueAt(text, next);
    values.push(value.value);
    next = value.end;
    if (text.charAt(next) !== ",") break;
    next += 1;
  }
  if (!isEnd(text, next)) throw new PolicyFault(text, next, `"${text.charAt(next)}" does not belong here`);
  return { text: text.slice(at, next), at, key, operator, values };
}

function isEnd(text: string, at: number): boolean {
  return at >= text.length || /[\s;#]/.test(text.charAt(at));
}

function valueAt(text: string, at: number): { value: Value; end: number } {
  if (text.charAt(at) !== '"') {
    const bare = take(BARE, text, at);
    if (bare === "") throw new PolicyFault(text, at, "a value is missing");
    return { value: { text: bare, at, isQuoted: false }, end: at + bare.length };
  }
  let value = "";
  for (let next = at + 1; next < text.length; next += 1) {
    const char = text.charAt(next);
    if (char === '"') return { value: { text: value, at, isQuoted: true }, end: next + 1 };
    if (char === "\\") next += 1;
    if (text.charAt(next) === "\n") break;
    value += text.charAt(next);
  }
  throw new PolicyFault(text, at, "this quotation does not end on its line");
}

function take(pattern: RegExp, text: string, at: number): string {
  pattern.lastIndex = at;
  return pattern.exec(text)?.[0] ?? "";
}
