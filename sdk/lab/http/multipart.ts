import { createHash, type Hash } from "node:crypto";

/** What came of an upload. The content itself is counted and hashed, not kept. */
export interface UploadedFile {
  /** Bytes. */
  readonly size: number;
  /** Digest under the algorithm that the fields name; undefined where they name none that is known. */
  readonly digest: string | undefined;
  /** The first bytes, enough to tell a format by. */
  readonly sample: Buffer;
}

/** Fields and file of an upload. */
export interface Upload {
  readonly fields: ReadonlyMap<string, string>;
  readonly file: UploadedFile;
}

/** What Proxmox VE's daemon gives up with; the message is its own, final newline included. */
export class UploadFault extends Error {}

const FIELDS = ["content", "checksum-algorithm", "checksum"] as const;
const ALGORITHMS = new Set(["md5", "sha1", "sha224", "sha256", "sha384", "sha512"]);
const SAMPLE = 64 * 1024;
/** No more than this is kept of what stands before the file. */
const HEAD = 1024 * 1024;
const PLACE = "at /usr/share/perl5/PVE/APIServer/AnyEvent.pm line";

/**
 * Reads a `multipart/form-data` body piece by piece, as the daemon does it: it looks for its fields
 * in one order with patterns over all that has come so far, so that another order, or a field it
 * does not know, ends as a fault that holds the text in between.
 */
export class MultipartReader {
  readonly #delimiter: string;
  readonly #close: Buffer;
  readonly #fields = new Map<string, string>();
  #phase: "preamble" | "head" | "file" | "done" = "preamble";
  #head = "";
  #tail: Buffer = Buffer.alloc(0);
  #hash: Hash | undefined;
  #size = 0;
  #sample: Buffer = Buffer.alloc(0);

  constructor(boundary: string) {
    const escaped = boundary.replace(/[\\^$.*+?()[\]{}|/-]/g, "\\$&");
    this.#delimiter = `--${escaped}\\r?\\n`;
    this.#close = Buffer.from(`--${boundary}--`, "latin1");
  }

  /** Takes the next piece; throws {@link UploadFault}. */
  push(chunk: Buffer): void {
    if (this.#phase === "done") return;
    if (this.#phase === "file") {
      this.#content(chunk);
      return;
    }
    if (this.#head.length < HEAD) this.#head += chunk.toString("latin1");
    this.#readHead();
  }

  /** What came, once all has come; throws {@link UploadFault} where the file never did. */
  end(): Upload {
    if (this.#phase !== "done") throw new UploadFault(`upload failed ${PLACE} 1370.\n`);
    const file = { size: this.#size, digest: this.#hash?.digest("hex"), sample: this.#sample };
    return { fields: this.#fields, file };
  }

  #readHead(): void {
    if (this.#phase === "preamble") {
      const start = new RegExp(this.#delimiter).exec(this.#head);
      if (start === null) return;
      this.#head = this.#head.slice(start.index);
      this.#phase = "head";
    }
    for (const name of FIELDS) this.#takeField(name);
    const file = new RegExp(
      `^${this.#delimiter}Content-Disposition: (.*?); name="(.*?)"; filename="([^"]+)"\\r?\\n`,
      "s",
    ).exec(this.#head);
    if (file === null) return;
    const [whole, disposition = "", name = "", filename = ""] = file;
    assertFormData(disposition);
    if (name !== "filename")
      throw new UploadFault(
        `wrong field name '${name}' for file upload, expected 'filename' ${PLACE} 1335.\n`,
      );
    // All up to the next empty line counts as headers: a part without a type loses content that way.
    // The daemon does not wait for that line, and is lucky that it comes with what stands before it.
    const blank = /(?:\r?\n){2}/.exec(this.#head.slice(whole.length));
    if (blank === null) return;
    const content = this.#head.slice(whole.length + blank.index + blank[0].length);
    this.#fields.set("filename", decoded(filename));
    this.#phase = "file";
    const algorithm = this.#fields.get("checksum-algorithm") ?? "";
    if (ALGORITHMS.has(algorithm)) this.#hash = createHash(algorithm);
    this.#head = "";
    this.#content(Buffer.from(content, "latin1"));
  }

  #takeField(name: string): void {
    const pattern = `^${this.#delimiter}.*?Content-Disposition: (.*?); name="${name}"(.*?${this.#delimiter})`;
    const found = new RegExp(pattern, "s").exec(this.#head);
    if (found === null) return;
    const [whole, disposition = "", inner = ""] = found;
    assertFormData(disposition);
    const after = (inner + this.#head.slice(whole.length)).replace(/^.*?(?:\r?\n){2}/s, "");
    const next = new RegExp(this.#delimiter).exec(after);
    const end = next?.index ?? after.length;
    this.#fields.set(name, decoded(after.slice(0, end)));
    this.#head = after.slice(end);
  }

  /** Content of the file, up to the closing delimiter and the line break before it. */
  #content(chunk: Buffer): void {
    const data = this.#tail.length === 0 ? chunk : Buffer.concat([this.#tail, chunk]);
    const end = data.indexOf(this.#close);
    if (end < 0) {
      const safe = Math.max(0, data.length - this.#close.length - 2);
      this.#write(data.subarray(0, safe));
      this.#tail = Buffer.from(data.subarray(safe));
      return;
    }
    let cut = end;
    if (data[cut - 1] === 0x0a) cut -= data[cut - 2] === 0x0d ? 2 : 1;
    this.#write(data.subarray(0, Math.max(0, cut)));
    this.#tail = Buffer.alloc(0);
    this.#phase = "done";
  }

  #write(data: Buffer): void {
    this.#size += data.length;
    this.#hash?.update(data);
    if (this.#sample.length < SAMPLE)
      this.#sample = Buffer.concat([this.#sample, data.subarray(0, SAMPLE - this.#sample.length)]);
  }
}

function assertFormData(disposition: string): void {
  if (disposition !== "form-data")
    throw new UploadFault(`wrong Content-Disposition '${disposition}' in multipart, expected 'form-data'\n`);
}

function decoded(text: string): string {
  return Buffer.from(text, "latin1").toString("utf8").trim();
}
