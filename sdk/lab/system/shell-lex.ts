/** A part of a word. */
export type Part =
  | { readonly kind: "text"; readonly text: string; readonly quoted: boolean }
  | { readonly kind: "parameter"; readonly name: string; readonly cut?: Cut; readonly quoted: boolean }
  | { readonly kind: "command"; readonly script: string; readonly quoted: boolean };

/** `%`, `%%`, `#`, `##` with a pattern, or `:-` with a word in place of nothing. */
export interface Cut {
  readonly operator: string;
  readonly word: readonly Part[];
}

export type Token = { readonly word: readonly Part[] } | { readonly operator: string };

/** What no shell can read; the message is what it says. */
export class SyntaxFault extends Error {}

const OPERATOR = /^(?:&&|\|\||[0-2]?>>|[0-2]?>&[012]|[0-2]?>|0?<|;|\||&|\n|\(|\))/;
const PARAMETER = /^(?:\{([A-Za-z_]\w*|[\d@*#?$])(?:(%%?|##?|:-)([^}]*))?\}|([A-Za-z_]\w*|[\d@*#?$]))/;

/** Splits a script of a POSIX shell into words and operators; throws {@link SyntaxFault}. */
export function tokenize(script: string): readonly Token[] {
  const tokens: Token[] = [];
  let rest = script;
  while (rest !== "") {
    rest = rest.replace(/^(?:[ \t]|\\\n)+/, "");
    if (rest.startsWith("#")) rest = rest.replace(/^[^\n]*/, "");
    if (rest === "") break;
    const operator = OPERATOR.exec(rest)?.[0];
    if (operator !== undefined) {
      tokens.push({ operator });
      rest = rest.slice(operator.length);
      continue;
    }
    const reader = new WordReader(rest);
    tokens.push({ word: reader.read() });
    rest = rest.slice(reader.at);
  }
  return tokens;
}

class WordReader {
  at = 0;
  readonly #text: string;
  readonly #parts: Part[] = [];
  readonly #isInside: boolean;

  /** `isInside`: the text of a parameter, which blanks and operators do not end. */
  constructor(text: string, isInside = false) {
    this.#text = text;
    this.#isInside = isInside;
  }

  read(): readonly Part[] {
    for (;;) {
      const next = this.#text[this.at];
      if (next === undefined || (!this.#isInside && /[\s;|&<>()]/.test(next))) return this.#parts;
      if (next === "'") this.#single();
      else if (next === '"') this.#double();
      else if (next === "\\") this.#escaped();
      else if (next === "$") this.#dollar(false);
      else this.#plain(this.#isInside ? /^[^'"\\$]+/ : /^[^\s;|&<>()'"\\$]+/, false);
    }
  }

  #add(text: string, quoted: boolean): void {
    this.#parts.push({ kind: "text", text, quoted });
  }

  #plain(pattern: RegExp, quoted: boolean): void {
    const [text = ""] = pattern.exec(this.#text.slice(this.at)) ?? [];
    this.#add(text, quoted);
    this.at += text.length;
  }

  #escaped(): void {
    const next = this.#text[this.at + 1] ?? "";
    if (next !== "\n") this.#add(next === "" ? "\\" : next, true);
    this.at += 2;
  }

  #single(): void {
    const end = this.#text.indexOf("'", this.at + 1);
    if (end < 0) throw new SyntaxFault("Unterminated quoted string");
    this.#add(this.#text.slice(this.at + 1, end), true);
    this.at = end + 1;
  }

  #double(): void {
    this.at += 1;
    // What is in quotes is a word, also where it is empty.
    this.#add("", true);
    for (;;) {
      const next = this.#text[this.at];
      if (next === undefined) throw new SyntaxFault("Unterminated quoted string");
      if (next === '"') break;
      if (next === "$") this.#dollar(true);
      else if (next === "\\") this.#escapedInQuotes();
      else this.#plain(/^[^"\\$]+/, true);
    }
    this.at += 1;
  }

  #escapedInQuotes(): void {
    const next = this.#text[this.at + 1] ?? "";
    if (next !== "\n") this.#add(/["\\$`]/.test(next) ? next : `\\${next}`, true);
    this.at += 2;
  }

  #dollar(quoted: boolean): void {
    const rest = this.#text.slice(this.at + 1);
    if (rest.startsWith("(")) {
      const end = closing(rest);
      this.#parts.push({ kind: "command", script: rest.slice(1, end), quoted });
      this.at += end + 2;
      return;
    }
    const [all, braced, operator, text = "", bare] = PARAMETER.exec(rest) ?? [];
    const name = braced ?? bare;
    if (all === undefined || name === undefined) {
      this.#add("$", quoted);
      this.at += 1;
      return;
    }
    const cut = operator === undefined ? {} : { cut: { operator, word: new WordReader(text, true).read() } };
    this.#parts.push({ kind: "parameter", name, quoted, ...cut });
    this.at += all.length + 1;
  }
}

/** Where the parenthesis that opens a text is closed. */
function closing(text: string): number {
  let depth = 0;
  for (let at = 0; at < text.length; at += 1) {
    const next = text[at];
    if (next === "\\") at += 1;
    else if (next === "'") {
      const end = text.indexOf("'", at + 1);
      if (end < 0) break;
      at = end;
    } else if (next === "(") depth += 1;
    else if (next === ")") {
      depth -= 1;
      if (depth === 0) return at;
    }
  }
  throw new SyntaxFault("Unterminated command substitution");
}
