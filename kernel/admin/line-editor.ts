const CTRL_C = "\u0003";
const CTRL_D = "\u0004";
const CTRL_U = "\u0015";
const BACKSPACES: ReadonlySet<string> = new Set(["\u007f", "\b"]);

/** Where a line is: being typed, ended, or given up (Ctrl-C, or Ctrl-D on nothing). */
type LineState = "open" | "done" | "gone";

/** One line typed at a terminal in raw mode, which leaves echo and editing to us. */
export class LineEditor {
  readonly #echo: (text: string) => void;
  #typed: readonly string[] = [];

  constructor(echo: (text: string) => void) {
    this.#echo = echo;
  }

  get typed(): string {
    return this.#typed.join("");
  }

  /** Takes what came; `rest` is what came behind the line's end. */
  take(text: string): { readonly state: LineState; readonly rest: string } {
    const chars = [...text];
    for (const [at, char] of chars.entries()) {
      const state = this.#key(char);
      if (state !== "open") return { state, rest: chars.slice(at + 1).join("") };
    }
    return { state: "open", rest: "" };
  }

  #key(char: string): LineState {
    if (char === "\r" || char === "\n") return "done";
    if (char === CTRL_C || (char === CTRL_D && this.#typed.length === 0)) return "gone";
    if (char === CTRL_U) this.#erase(this.#typed.length);
    else if (BACKSPACES.has(char)) this.#erase(1);
    else if (char >= " ") {
      this.#typed = [...this.#typed, char];
      this.#echo(char);
    }
    return "open";
  }

  #erase(count: number): void {
    const kept = this.#typed.slice(0, Math.max(0, this.#typed.length - count));
    this.#echo("\b \b".repeat(this.#typed.length - kept.length));
    this.#typed = kept;
  }
}
