import { type Part, SyntaxFault, type Token, tokenize } from "./shell-lex.ts";

type Word = readonly Part[];

/** `2>file`, `>>file`, `>&2`, `<file`. */
export interface Redirect {
  readonly fd: 0 | 1 | 2;
  readonly to: Word | { readonly fd: 1 | 2 };
  readonly append: boolean;
}

export type Command =
  | { readonly kind: "simple"; readonly words: readonly Word[]; readonly redirects: readonly Redirect[] }
  | { readonly kind: "group"; readonly list: List; readonly redirects: readonly Redirect[] }
  | { readonly kind: "subshell"; readonly list: List; readonly redirects: readonly Redirect[] }
  | {
      readonly kind: "if";
      readonly test: List;
      readonly then: List;
      readonly otherwise: List;
      readonly redirects: readonly Redirect[];
    };

/** Programs joined by `|`, and the condition under which they run. */
export interface Pipeline {
  readonly when: "always" | "ok" | "failed";
  readonly inverted: boolean;
  readonly commands: readonly Command[];
}

export type List = readonly Pipeline[];

/** Reads the part of the shell's language that a simulated guest understands; throws {@link SyntaxFault}. */
export function parseScript(script: string): List {
  const parser = new Parser(tokenize(script));
  const list = parser.list([]);
  parser.end();
  return list;
}

class Parser {
  readonly #tokens: readonly Token[];
  #at = 0;

  constructor(tokens: readonly Token[]) {
    this.#tokens = tokens;
  }

  end(): void {
    if (this.#at < this.#tokens.length) throw this.#unexpected();
  }

  /** Up to one of these words or operators, which is not taken. */
  list(until: readonly string[]): List {
    const pipelines: Pipeline[] = [];
    let when: Pipeline["when"] = "always";
    for (;;) {
      if (when === "always") while (this.#takes(";", "\n", "&"));
      else while (this.#takes("\n"));
      if (this.#isAt(until) || this.#at >= this.#tokens.length) {
        if (when !== "always") throw this.#unexpected();
        return pipelines;
      }
      pipelines.push(this.#pipeline(when));
      if (this.#takes("&&")) when = "ok";
      else if (this.#takes("||")) when = "failed";
      else if (this.#takes(";", "\n", "&")) when = "always";
      else if (this.#isAt(until) || this.#at >= this.#tokens.length) return pipelines;
      else throw this.#unexpected();
    }
  }

  #pipeline(when: Pipeline["when"]): Pipeline {
    const inverted = this.#takesWord("!");
    const commands = [this.#command()];
    while (this.#takes("|")) {
      while (this.#takes("\n"));
      commands.push(this.#command());
    }
    return { when, inverted, commands };
  }

  #command(): Command {
    if (this.#takesWord("{")) return this.#group("group", "}");
    if (this.#takes("(")) return this.#group("subshell", ")");
    if (this.#takesWord("if")) return this.#if();
    return this.#simple();
  }

  #group(kind: "group" | "subshell", close: string): Command {
    const list = this.list([close]);
    this.#need(close);
    return { kind, list, redirects: this.#redirects() };
  }

  #if(): Command {
    const test = this.list(["then"]);
    this.#need("then");
    const then = this.list(["else", "elif", "fi"]);
    if (this.#takesWord("elif")) {
      const nested = this.#if();
      return { kind: "if", test, then, otherwise: alone(nested), redirects: [] };
    }
    const otherwise = this.#takesWord("else") ? this.list(["fi"]) : [];
    this.#need("fi");
    return { kind: "if", test, then, otherwise, redirects: this.#redirects() };
  }

  #simple(): Command {
    const words: Word[] = [];
    const redirects: Redirect[] = [];
    for (;;) {
      const token = this.#tokens[this.#at];
      if (token !== undefined && "word" in token) {
        words.push(token.word);
        this.#at += 1;
        continue;
      }
      const redirect = this.#redirect();
      if (redirect === undefined) break;
      redirects.push(redirect);
    }
    if (words.length === 0 && redirects.length === 0) throw this.#unexpected();
    return { kind: "simple", words, redirects };
  }

  #redirects(): readonly Redirect[] {
    const found: Redirect[] = [];
    for (let next = this.#redirect(); next !== undefined; next = this.#redirect()) found.push(next);
    return found;
  }

  #redirect(): Redirect | undefined {
    const token = this.#tokens[this.#at];
    if (token === undefined || !("operator" in token)) return undefined;
    const [all, digit, sign, other] = /^([0-2]?)(>>|>&|>|<)([12]?)$/.exec(token.operator) ?? [];
    if (all === undefined || sign === undefined) return undefined;
    this.#at += 1;
    const fd = sign === "<" ? 0 : digit === "2" ? 2 : 1;
    if (sign === ">&") return { fd, to: { fd: other === "2" ? 2 : 1 }, append: false };
    const file = this.#tokens[this.#at];
    if (file === undefined || !("word" in file)) throw this.#unexpected();
    this.#at += 1;
    return { fd, to: file.word, append: sign === ">>" };
  }

  #isAt(names: readonly string[]): boolean {
    const token = this.#tokens[this.#at];
    if (token === undefined) return false;
    return names.includes("operator" in token ? token.operator : bare(token.word));
  }

  #takes(...operators: readonly string[]): boolean {
    const token = this.#tokens[this.#at];
    if (token === undefined || !("operator" in token) || !operators.includes(token.operator)) return false;
    this.#at += 1;
    return true;
  }

  #takesWord(word: string): boolean {
    const token = this.#tokens[this.#at];
    if (token === undefined || !("word" in token) || bare(token.word) !== word) return false;
    this.#at += 1;
    return true;
  }

  #need(name: string): void {
    if (!this.#takesWord(name) && !this.#takes(name)) throw this.#unexpected();
  }

  #unexpected(): SyntaxFault {
    const token = this.#tokens[this.#at];
    if (token === undefined) return new SyntaxFault("end of file unexpected");
    const what = "operator" in token ? token.operator.replace("\n", "newline") : bare(token.word);
    return new SyntaxFault(`"${what}" unexpected`);
  }
}

function alone(command: Command): List {
  return [{ when: "always", inverted: false, commands: [command] }];
}

/** A word that stands there as it is, without quotes; else "". */
function bare(word: Word): string {
  const [only] = word;
  return word.length === 1 && only?.kind === "text" && !only.quoted ? only.text : "";
}
