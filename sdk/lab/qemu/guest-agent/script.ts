/** One program with its arguments and where its output goes. */
export interface Command {
  readonly words: readonly string[];
  readonly redirects: readonly Redirect[];
}

/** `2>file`, `>>file`, `>&2`, `<file`. */
export interface Redirect {
  readonly fd: 0 | 1 | 2;
  readonly to: string;
  readonly append: boolean;
}

/** Programs joined by `|`, and the condition under which they run. */
export interface Pipeline {
  readonly when: "always" | "ok" | "failed";
  readonly commands: readonly Command[];
}

type Token = { readonly word: string } | { readonly operator: string };

const OPERATOR = /^(?:&&|\|\||[12]?>>|[12]?>&[12]|[12]?>|<|;|\||&|\n)/;

/** Reads the part of the shell's language that a simulated guest understands. */
export function parseScript(script: string, variable: (name: string) => string): readonly Pipeline[] {
  const reader = new ScriptReader();
  let pending: string | undefined;
  for (const token of tokenize(script, variable)) {
    if ("word" in token) reader.word(token.word, pending);
    else reader.operator(token.operator);
    pending = "operator" in token && /^[12]?(?:>>?|<)$/.test(token.operator) ? token.operator : undefined;
  }
  reader.end("always");
  return reader.pipelines;
}

class ScriptReader {
  readonly pipelines: Pipeline[] = [];
  #when: Pipeline["when"] = "always";
  #commands: Command[] = [];
  #words: string[] = [];
  #redirects: Redirect[] = [];

  /** A word of a command, or the file of the redirection before it. */
  word(word: string, redirection: string | undefined): void {
    if (redirection === undefined) this.#words.push(word);
    else this.#redirects.push(redirect(redirection, word));
  }

  operator(operator: string): void {
    const duplicate = /^([12]?)>&([12])$/.exec(operator);
    if (duplicate !== null)
      this.#redirects.push({ fd: duplicate[1] === "2" ? 2 : 1, to: `&${duplicate[2]}`, append: false });
    else if (operator === "|") this.#endCommand();
    else if (operator === "&&") this.end("ok");
    else if (operator === "||") this.end("failed");
    else if (!/[<>]/.test(operator)) this.end("always");
  }

  /** Ends a pipeline; `next` is the condition of the one that follows. */
  end(next: Pipeline["when"]): void {
    this.#endCommand();
    if (this.#commands.length > 0) this.pipelines.push({ when: this.#when, commands: this.#commands });
    this.#commands = [];
    this.#when = next;
  }

  #endCommand(): void {
    if (this.#words.length > 0 || this.#redirects.length > 0)
      this.#commands.push({ words: this.#words, redirects: this.#redirects });
    this.#words = [];
    this.#redirects = [];
  }
}

function redirect(operator: string, to: string): Redirect {
  const fd = operator.startsWith("<") ? 0 : operator.startsWith("2") ? 2 : 1;
  return { fd, to, append: operator.endsWith(">>") };
}

function tokenize(script: string, variable: (name: string) => string): readonly Token[] {
  const tokens: Token[] = [];
  let rest = script;
  while (rest !== "") {
    const blank = /^[ \t]+/.exec(rest)?.[0] ?? "";
    rest = rest.slice(blank.length);
    if (rest.startsWith("#")) rest = rest.replace(/^[^\n]*/, "");
    const operator = OPERATOR.exec(rest)?.[0];
    if (operator !== undefined) {
      tokens.push({ operator });
      rest = rest.slice(operator.length);
    } else if (rest !== "") {
      const { word, length } = readWord(rest, variable);
      tokens.push({ word });
      rest = rest.slice(length);
    }
  }
  return tokens;
}

function readWord(text: string, variable: (name: string) => string): { word: string; length: number } {
  let word = "";
  let at = 0;
  while (at < text.length && !/^[\s;|&<>]/.test(text.slice(at))) {
    const rest = text.slice(at);
    const part = /^'([^']*)'?|^"((?:[^"\\]|\\.)*)"?|^\\(.)|^([^\s;|&<>'"\\]+)/s.exec(rest);
    if (part === null) {
      word += rest[0] ?? "";
      at += 1;
      continue;
    }
    if (part[1] !== undefined) word += part[1];
    else if (part[2] !== undefined) word += expand(part[2].replace(/\\(["\\$`])/g, "$1"), variable);
    else if (part[3] !== undefined) word += part[3];
    else word += expand(part[4] ?? "", variable);
    at += part[0].length;
  }
  return { word, length: Math.max(at, 1) };
}

function expand(text: string, variable: (name: string) => string): string {
  return text.replace(/\$(?:\{(\w+)\}|(\w+|[$?]))/g, (_, braced?: string, plain?: string) =>
    variable(braced ?? plain ?? ""),
  );
}
