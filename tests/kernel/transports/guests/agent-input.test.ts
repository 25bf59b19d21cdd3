import { Readable } from "node:stream";
import { describe, expect, test } from "@jest/globals";
import fc from "fast-check";
import { bytesAsText, textAsBytes } from "../../../../kernel/transports/guests/agent-bytes.ts";
import { formBase64 } from "../../../../kernel/transports/guests/agent-file-programs.ts";
import { blocksOf, inputOf } from "../../../../kernel/transports/guests/agent-input.ts";

const chunks = fc.array(fc.uint8Array({ maxLength: 50 }), { maxLength: 12 });

async function all<T>(source: AsyncIterable<T>): Promise<T[]> {
  const found: T[] = [];
  for await (const each of source) found.push(each);
  return found;
}

describe("content", () => {
  test("is cut into blocks of one size, however it comes", async () => {
    const check = fc.asyncProperty(chunks, fc.integer({ min: 1, max: 70 }), async (parts, size) => {
      const blocks = await all(blocksOf(Readable.from(parts), size));
      expect(Buffer.concat(blocks)).toEqual(Buffer.concat(parts));
      expect(blocks.slice(0, -1).every(({ length }) => length === size)).toBe(true);
      expect(blocks.every(({ length }) => length > 0 && length <= size)).toBe(true);
    });
    await fc.assert(check);
  });

  test("takes as many bytes in a form, whatever it is", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 100 }), (bytes) => {
        const text = formBase64(bytes);
        expect(encodeURIComponent(text.replace(/=+$/, ""))).toBe(text.replace(/=+$/, ""));
        expect(Buffer.from(text, "base64url")).toEqual(Buffer.from(bytes));
      }),
    );
  });

  test("comes back from the characters that it goes as", () => {
    fc.assert(
      fc.property(fc.uint8Array(), (bytes) => {
        expect(textAsBytes(bytesAsText(bytes))).toEqual(Buffer.from(bytes));
      }),
    );
    // What somebody on the way has decoded is encoded again.
    expect(textAsBytes("€ ü")).toEqual(Buffer.from("€ ü"));
  });
});

test("no more input is taken than tells that there is too much", async () => {
  let given = 0;
  const endless = new Readable({
    read(size) {
      given += size;
      this.push(Buffer.alloc(size));
    },
  });
  expect((await inputOf(endless)).length).toBeGreaterThan(64 * 1024);
  expect(given).toBeLessThan(1024 * 1024);
  expect(endless.destroyed).toBe(true);
});
