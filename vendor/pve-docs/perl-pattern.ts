/**
 * Translates the Perl patterns of the API's schemas. Proxmox compares with
 * `m/^PATTERN$/` without a group around it, so `a|b` means "begins with a, or
 * ends with b"; strings are decoded, so `\d`, `\w` and `\s` take all of Unicode.
 * (pve-common, src/PVE/JSONSchema.pm, check_prop)
 */

const WORD = "\\p{Alphabetic}\\p{M}\\p{Nd}\\p{Pc}\\u200c\\u200d";
const SPACE = "\\t-\\r \\x85\\xa0\\u1680\\u2000-\\u200a\\u2028\\u2029\\u202f\\u205f\\u3000";
const CLASSES: Readonly<Record<string, string>> = {
  d: "\\p{Nd}",
  w: WORD,
  s: SPACE,
};
/** Perl's `$` also matches before a final line feed. */
const END = "(?=\\n?$)";
const SYNTAX = /[\^$\\.*+?()[\]{}|/]/;

/** A character that stands for itself. A hyphen may be escaped in sets alone. */
function literal(char: string, inSet: boolean): string {
  return SYNTAX.test(char) || (inSet && char === "-") ? `\\${char}` : char;
}

/** Letters outside ASCII that Perl and Unicode fold to an ASCII letter. */
function foldsOf(from: number, to: number): string {
  const covers = (lower: string): boolean =>
    [lower, lower.toUpperCase()].some((char) => from <= char.charCodeAt(0) && char.charCodeAt(0) <= to);
  return (covers("k") ? "\\u212a" : "") + (covers("s") ? "\\u017f" : "");
}

/** The other-case twin of a range, as far as the range has ASCII letters. */
function caseTwins(from: number, to: number): string {
  const twin = (low: string, high: string): string => {
    const start = Math.max(from, low.charCodeAt(0));
    const end = Math.min(to, high.charCodeAt(0));
    if (start > end) return "";
    const flip = (code: number): string => String.fromCharCode(code ^ 32);
    return start === end ? flip(start) : `${flip(start)}-${flip(end)}`;
  };
  return twin("a", "z") + twin("A", "Z") + foldsOf(from, to);
}

class Translator {
  readonly #pattern: string;
  #at = 0;
  #out = "";
  #ignoreCase = false;
  readonly #caseStack: boolean[] = [];

  constructor(pattern: string) {
    this.#pattern = pattern;
  }

  run(): string {
    while (this.#at < this.#pattern.length) this.#out += this.#next();
    return this.#out;
  }

  #take(): string {
    const char = String.fromCodePoint(this.#pattern.codePointAt(this.#at) ?? 0);
    this.#at += char.length;
    return char;
  }

  #peek(text: string): boolean {
    return this.#pattern.startsWith(text, this.#at);
  }

  #next(): string {
    const char = this.#take();
    switch (char) {
      case "\\":
        return this.#escape(false);
      case "[":
        return this.#set();
      case "(":
        return this.#open();
      case ")":
        this.#ignoreCase = this.#caseStack.pop() ?? false;
        return ")";
      case ".":
        return "[^\\n]";
      case "$":
        return END;
      case "{":
        return this.#brace();
      case "^":
      case "|":
      case "*":
      case "+":
      case "?":
        return char;
      default:
        return this.#char(char);
    }
  }

  #char(char: string): string {
    const code = char.codePointAt(0) ?? 0;
    const twins = this.#ignoreCase ? caseTwins(code, code) : "";
    return twins === "" ? literal(char, false) : `[${literal(char, true)}${twins}]`;
  }

  /** After `(`: plain, `(?:`, or flags as Perl prints compiled patterns: `(?^i:`. */
  #open(): string {
    this.#caseStack.push(this.#ignoreCase);
    const flags = /^\?\^?([a-z]*):/.exec(this.#pattern.slice(this.#at));
    if (flags === null) {
      if (this.#peek("?")) throw new Error(`Unsupported group in Perl pattern ${this.#pattern}`);
      return "(?:";
    }
    this.#at += flags[0].length;
    const reset = flags[0].startsWith("?^");
    this.#ignoreCase = flags[1]?.includes("i") || (!reset && this.#ignoreCase);
    return "(?:";
  }

  /** `{2,3}`, also `{,3}`; any other brace stands for itself. */
  #brace(): string {
    const quantifier = /^(\d*)(,?)(\d*)\}/.exec(this.#pattern.slice(this.#at));
    if (quantifier === null || (quantifier[1] === "" && quantifier[3] === "")) return "\\{";
    this.#at += quantifier[0].length;
    return `{${quantifier[1] || "0"}${quantifier[2]}${quantifier[3]}}`;
  }

  /** After a backslash. In a set, classes come without brackets. */
  #escape(inSet: boolean): string {
    const char = this.#take();
    const known = CLASSES[char];
    if (known !== undefined) return inSet ? known : `[${known}]`;
    const negated = CLASSES[char.toLowerCase()];
    if (negated !== undefined) {
      if (inSet) throw new Error(`Unsupported \\${char} in a set of Perl pattern ${this.#pattern}`);
      return `[^${negated}]`;
    }
    if (char === "x") {
      const hex = this.#pattern.slice(this.#at, this.#at + 2);
      this.#at += 2;
      return `\\x${hex}`;
    }
    if (char === "0") return "\\x00";
    if ("nrt".includes(char)) return `\\${char}`;
    if (/[a-zA-Z0-9]/.test(char)) throw new Error(`Unsupported \\${char} in Perl pattern ${this.#pattern}`);
    return literal(char, inSet);
  }

  /** After `[`. */
  #set(): string {
    let out = "[";
    if (this.#peek("^")) {
      this.#at++;
      out += "^";
    }
    let first = true;
    while (first || !this.#peek("]")) {
      first = false;
      out += this.#setItem();
      if (this.#at >= this.#pattern.length) throw new Error(`Open set in Perl pattern ${this.#pattern}`);
    }
    this.#at++;
    return `${out}]`;
  }

  #setAtom(): string {
    const char = this.#take();
    return char === "\\" ? this.#escape(true) : literal(char, true);
  }

  #setItem(): string {
    const from = this.#setAtom();
    const isClass = from.length > 4;
    if (!isClass && this.#peek("-") && !this.#pattern.startsWith("-]", this.#at)) {
      this.#at++;
      const to = this.#setAtom();
      return `${from}-${to}${this.#ignoreCase ? caseTwins(codeOf(from), codeOf(to)) : ""}`;
    }
    return from + (this.#ignoreCase && !isClass ? caseTwins(codeOf(from), codeOf(from)) : "");
  }
}

/** Code point of a translated atom: `a`, `\-`, `\x1F`, `\n`. */
function codeOf(atom: string): number {
  if (atom.startsWith("\\x")) return Number.parseInt(atom.slice(2), 16);
  const named = { "\\n": 10, "\\r": 13, "\\t": 9 }[atom];
  return named ?? atom.replace(/^\\/, "").codePointAt(0) ?? 0;
}

/**
 * Parts that match the same text in many ways, against parts that match it in one:
 * Perl cuts the search short, JavaScript would go through them all and never end.
 */
const UNAMBIGUOUS: readonly (readonly [string, string])[] = [
  // After a letter or digit an empty separator adds nothing.
  ["(?:(?:[._]|__|[-]*)[a-z\\d]+)*", "(?:(?:[._]|__|[-]+)[a-z\\d]+)*"],
];

function unambiguous(pattern: string): string {
  return UNAMBIGUOUS.reduce((text, [from, to]) => text.replaceAll(from, to), pattern);
}

const compiled = new Map<string, RegExp>();

/** The Perl pattern, anchored as Proxmox anchors it, for `test()`. Throws for syntax that no schema uses. */
export function perlPattern(pattern: string): RegExp {
  let known = compiled.get(pattern);
  if (known === undefined) {
    known = new RegExp(`^${new Translator(unambiguous(pattern)).run()}${END}`, "u");
    compiled.set(pattern, known);
  }
  return known;
}
