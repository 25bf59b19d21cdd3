/** Where a text stops being JSON, and what the reader of Proxmox VE says about it. (JSON::XS, XS.xs) */
class NoJson extends Error {
  readonly at: number;

  constructor(message: string, at: number) {
    super(message);
    this.at = at;
  }
}

/** What a body that is no JSON is refused with; undefined where it is JSON. */
export function jsonFault(text: string): string | undefined {
  try {
    new Reader(text).document();
    return undefined;
  } catch (error) {
    if (!(error instanceof NoJson)) throw error;
    const offset = Buffer.byteLength(text.slice(0, error.at));
    return `${error.message}, at character offset ${offset} (before "${shown(text.slice(error.at))}")`;
  }
}

/** Characters of the rest that are shown. */
const SHOWN = 20;
const ESCAPES: Readonly<Record<string, string>> = {
  ...{ "\n": "\\n", "\r": "\\r", "\t": "\\t", "\f": "\\f", "\x07": "\\a", "\\": "\\\\" },
};

function shown(rest: string): string {
  if (rest === "") return "(end of string)";
  let out = "";
  for (const byte of Buffer.from(rest)) {
    if (out.length >= SHOWN) return `${out}...`;
    const char = String.fromCharCode(byte);
    out += ESCAPES[char] ?? (byte >= 0x20 && byte < 0x7f ? char : `\\x{${byte.toString(16)}}`);
  }
  return out;
}

/** Reads JSON for its faults alone. */
class Reader {
  readonly #text: string;
  #at = 0;

  constructor(text: string) {
    this.#text = text;
  }

  document(): void {
    this.#space();
    this.#value();
    this.#space();
    if (this.#at < this.#text.length) throw this.#fault("garbage after JSON object");
  }

  #fault(message: string): NoJson {
    return new NoJson(message, this.#at);
  }

  #space(): void {
    this.#take(/[ \t\r\n]*/y);
  }

  #take(pattern: RegExp): string | undefined {
    pattern.lastIndex = this.#at;
    const found = pattern.exec(this.#text)?.[0];
    this.#at += found?.length ?? 0;
    return found;
  }

  #expect(char: string): void {
    if (this.#take(char === '"' ? /"/y : /:/y) === undefined) throw this.#fault(`'${char}' expected`);
  }

  #value(): void {
    const first = this.#text[this.#at] ?? "";
    if (first === '"') this.#string();
    else if (first === "[") this.#array();
    else if (first === "{") this.#object();
    else if (/[-0-9]/.test(first)) this.#number();
    else this.#word(first);
  }

  #word(first: string): void {
    const word = { t: "true", f: "false", n: "null" }[first];
    if (word === undefined) {
      throw this.#fault("malformed JSON string, neither tag, array, object, number, string or atom");
    }
    if (!this.#text.startsWith(word, this.#at)) throw this.#fault(`'${word}' expected`);
    this.#at += word.length;
  }

  #number(): void {
    if (this.#take(/-/y) !== undefined && !/\d/.test(this.#text[this.#at] ?? ""))
      throw this.#fault("malformed number (no digits after initial minus)");
    if (this.#take(/0(?=\d)/y) !== undefined)
      throw this.#fault("malformed number (leading zero must not be followed by another digit)");
    this.#take(/\d+/y);
    if (this.#take(/\./y) !== undefined && this.#take(/\d+/y) === undefined)
      throw this.#fault("malformed number (no digits after decimal point)");
    if (this.#take(/[eE][+-]?/y) !== undefined && this.#take(/\d+/y) === undefined)
      throw this.#fault("malformed number (no digits after exp sign)");
  }

  #string(): void {
    this.#at += 1;
    for (;;) {
      this.#take(/[^"\\\p{Cc}]*/uy);
      const char = this.#text[this.#at];
      if (char === undefined) throw this.#fault("unexpected end of string while parsing JSON string");
      if (char === '"') break;
      if (char === "\x7f" || char >= "\x80") this.#at += 1;
      else if (char !== "\\") throw this.#fault("invalid character encountered while parsing JSON string");
      else if (this.#take(/\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4})/y) === undefined) {
        this.#at += 1;
        throw this.#fault("illegal backslash escape sequence in string");
      }
    }
    this.#at += 1;
  }

  #array(): void {
    this.#at += 1;
    this.#space();
    if (this.#take(/\]/y) !== undefined) return;
    for (;;) {
      this.#value();
      this.#space();
      if (this.#take(/\]/y) !== undefined) return;
      if (this.#take(/,/y) === undefined) throw this.#fault(", or ] expected while parsing array");
      this.#space();
    }
  }

  #object(): void {
    this.#at += 1;
    this.#space();
    if (this.#take(/\}/y) !== undefined) return;
    for (;;) {
      this.#expect('"');
      this.#at -= 1;
      this.#string();
      this.#space();
      this.#expect(":");
      this.#space();
      this.#value();
      this.#space();
      if (this.#take(/\}/y) !== undefined) return;
      if (this.#take(/,/y) === undefined) throw this.#fault(", or } expected while parsing object/hash");
      this.#space();
    }
  }
}
