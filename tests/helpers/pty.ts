/** A process at a terminal of its own, by `script` of util-linux, which every Debian and Ubuntu has. */
import { type ChildProcessWithoutNullStreams, spawn } from "node:child_process";
import { once } from "node:events";

/** Types at the terminal and reads what is on it. */
export class Pty {
  readonly #child: ChildProcessWithoutNullStreams;
  /** Everything that came to the screen. */
  screen = "";
  #read = 0;
  readonly #waiting = new Set<() => void>();
  readonly #ended: Promise<number | null>;

  constructor(argv: readonly string[], env: Readonly<Record<string, string>>) {
    const command = argv.map((part) => `'${part.replaceAll("'", "'\\''")}'`).join(" ");
    this.#child = spawn("script", ["-q", "-e", "-c", command, "/dev/null"], {
      env: { PATH: process.env.PATH ?? "", SHELL: "/bin/sh", TERM: "dumb", ...env },
    });
    this.#child.stdin.on("error", () => undefined);
    for (const stream of [this.#child.stdout, this.#child.stderr]) {
      stream.on("data", (part: Buffer) => {
        this.screen += part.toString("utf8");
        for (const look of [...this.#waiting]) look();
      });
    }
    this.#ended = once(this.#child, "close").then(([code]) => (typeof code === "number" ? code : null));
    void this.#ended.then(() => {
      for (const look of [...this.#waiting]) look();
    });
  }

  /** Resolves with what came since the last call once it has `text` in it. */
  async see(text: string): Promise<string> {
    return await new Promise((resolve, reject) => {
      const look = () => {
        const fresh = this.screen.slice(this.#read);
        const at = fresh.indexOf(text);
        if (at >= 0) {
          this.#read += at + text.length;
          this.#waiting.delete(look);
          resolve(fresh.slice(0, at + text.length));
        } else if (this.#child.exitCode !== null) {
          this.#waiting.delete(look);
          reject(new Error(`"${text}" never came; on the screen:\n${this.screen}`));
        }
      };
      this.#waiting.add(look);
      look();
    });
  }

  /** Types a line. */
  type(line: string): void {
    this.#child.stdin.write(`${line}\r`);
  }

  /** The exit code. */
  ended(): Promise<number | null> {
    return this.#ended;
  }

  /** Hangs up. */
  close(): void {
    this.#child.kill("SIGKILL");
  }
}
