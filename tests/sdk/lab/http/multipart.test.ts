import { createHash } from "node:crypto";
import { describe, expect, test } from "@jest/globals";
import fc from "fast-check";
import { MultipartReader, type Upload, UploadFault } from "../../../../sdk/lab/http/multipart.ts";

const BOUNDARY = "----b.o+u(n)dary";

function part(name: string, value: string): Buffer {
  return Buffer.from(`--${BOUNDARY}\r\nContent-Disposition: form-data; name="${name}"\r\n\r\n${value}\r\n`);
}

function filePart(name: string, filename: string, content: Uint8Array): Buffer {
  const head = `--${BOUNDARY}\r\nContent-Disposition: form-data; name="${name}"; filename="${filename}"\r\nContent-Type: application/octet-stream\r\n\r\n`;
  return Buffer.concat([Buffer.from(head), content, Buffer.from("\r\n")]);
}

const END = Buffer.from(`--${BOUNDARY}--\r\n`);

function read(chunks: readonly Buffer[]): Upload {
  const reader = new MultipartReader(BOUNDARY);
  for (const chunk of chunks) reader.push(chunk);
  return reader.end();
}

const file = filePart("filename", "a.iso", Buffer.from("hello\n"));

describe("an upload's body", () => {
  test("is counted and hashed the same however it is cut", () => {
    fc.assert(
      fc.property(
        fc.uint8Array({ maxLength: 4000 }),
        fc.array(fc.nat({ max: 4500 }), { maxLength: 8 }),
        (content, cuts) => {
          const head = Buffer.concat([part("content", "iso"), part("checksum-algorithm", "sha256")]);
          const body = Buffer.concat([
            head,
            part("checksum", "0"),
            filePart("filename", "a.iso", content),
            END,
          ]);
          const places = [...new Set(cuts.map((cut) => Math.min(body.length, head.length + cut)))].sort(
            (a, b) => a - b,
          );
          const chunks = [0, ...places].map((start, index) =>
            body.subarray(start, places[index] ?? body.length),
          );
          const upload = read(chunks);
          expect(upload.file.size).toBe(content.length);
          expect(upload.file.digest).toBe(createHash("sha256").update(content).digest("hex"));
          expect(upload.file.sample.equals(Buffer.from(content))).toBe(true);
        },
      ),
    );
  });

  test("gives fields in the one order that there is", () => {
    const body = [
      part("content", " iso "),
      part("checksum-algorithm", "md5"),
      part("checksum", "ab"),
      file,
      END,
    ];
    const { fields, file: received } = read([Buffer.concat(body)]);
    expect([...fields]).toEqual([
      ["content", "iso"],
      ["checksum-algorithm", "md5"],
      ["checksum", "ab"],
      ["filename", "a.iso"],
    ]);
    expect(received).toMatchObject({ size: 6, digest: "b1946ac92492d2347c6235b4d2611184" });
  });

  test("in another order, or with more fields, is a fault over several lines", () => {
    const bodies = [
      [part("checksum-algorithm", "md5"), part("content", "iso"), file],
      [part("content", "iso"), part("other", "1"), file],
      [part("content", "iso"), filePart("file", "a.iso", Buffer.from("x"))],
    ];
    const faults = bodies.map((body) => {
      try {
        return read([Buffer.concat([...body, END])]);
      } catch (error) {
        return error;
      }
    });
    for (const fault of faults) expect(fault).toBeInstanceOf(UploadFault);
    expect(String(faults[0])).toContain("\r\n");
    expect(String(faults[2])).toContain("wrong field name 'file'");
  });

  test("without a file has failed; what comes after the file belongs to it", () => {
    expect(() => read([Buffer.concat([part("content", "iso"), END])])).toThrow(/^upload failed at /);
    const { fields, file: received } = read([Buffer.concat([file, part("content", "iso"), END])]);
    expect([...fields.keys()]).toEqual(["filename"]);
    expect(received.size).toBeGreaterThan(6);
  });
});
