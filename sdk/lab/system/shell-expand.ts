import type { Cut, Part } from "./shell-lex.ts";

/** Yields milliseconds that pass; returns what came of it. */
export type Steps<T> = Generator<number, T, undefined>;

/** What stands behind the names in a script. */
export interface Scope {
  /** Undefined where it is not set. */
  value(name: string): string | undefined;
  arguments(): readonly string[];
  /** Output of a script without the line breaks at its end. */
  output(script: string): Steps<string>;
}

/** The words that come of one word of a script. */
export function* expandWord(word: readonly Part[], scope: Scope): Steps<readonly string[]> {
  const fields = new Fields();
  for (const part of word) {
    if (part.kind === "text") fields.add(part.text);
    else if (part.kind === "parameter" && part.name === "@" && part.quoted) fields.splice(scope.arguments());
    else {
      const text = yield* textOf(part, scope);
      if (part.quoted) fields.add(text);
      else fields.split(text);
    }
  }
  return fields.end();
}

/** A word that stays one, as in an assignment. */
export function* expandText(word: readonly Part[], scope: Scope): Steps<string> {
  let text = "";
  for (const part of word) text += part.kind === "text" ? part.text : yield* textOf(part, scope);
  return text;
}

function* textOf(part: Exclude<Part, { kind: "text" }>, scope: Scope): Steps<string> {
  if (part.kind === "command") return yield* scope.output(part.script);
  const value = part.name === "@" || part.name === "*" ? scope.arguments().join(" ") : scope.value(part.name);
  return part.cut === undefined ? (value ?? "") : yield* cutOff(value ?? "", part.cut, scope);
}

function* cutOff(value: string, { operator, word }: Cut, scope: Scope): Steps<string> {
  if (operator === ":-" && value !== "") return value;
  const text = yield* expandText(word, scope);
  if (operator === ":-") return text;
  const isEnd = operator.startsWith("%");
  const lengths = Array.from({ length: value.length + 1 }, (_, length) => length);
  if (operator.length === 2) lengths.reverse();
  const pattern = globOf(text);
  for (const length of lengths) {
    const part = isEnd ? value.slice(value.length - length) : value.slice(0, length);
    if (pattern.test(part)) return isEnd ? value.slice(0, value.length - length) : value.slice(length);
  }
  return value;
}

function globOf(pattern: string): RegExp {
  const source = pattern
    .replace(/[\\^$.+()[\]{}|]/g, "\\$&")
    .replaceAll("*", ".*")
    .replaceAll("?", ".");
  return new RegExp(`^${source}$`, "s");
}

/** The words of a word as they grow. */
class Fields {
  readonly #done: string[] = [];
  #open: string | undefined;

  add(text: string): void {
    this.#open = (this.#open ?? "") + text;
  }

  split(text: string): void {
    const [first = "", ...others] = text.split(/[ \t\n]+/);
    if (first !== "") this.add(first);
    for (const other of others) {
      this.#close();
      if (other !== "") this.add(other);
    }
  }

  splice(words: readonly string[]): void {
    const [first, ...others] = words;
    if (first === undefined) {
      if (this.#open === "") this.#open = undefined;
      return;
    }
    this.add(first);
    for (const other of others) {
      this.#close();
      this.add(other);
    }
  }

  end(): readonly string[] {
    this.#close();
    return this.#done;
  }

  #close(): void {
    if (this.#open !== undefined) this.#done.push(this.#open);
    this.#open = undefined;
  }
}
