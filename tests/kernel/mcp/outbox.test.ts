import { Writable } from "node:stream";
import { describe, expect, test } from "@jest/globals";
import { Outbox } from "../../../kernel/mcp/outbox.ts";

/** A stream that remembers each write, and holds back the end of each until it is let go. */
function recording(options: { highWaterMark?: number } = {}) {
  const written: string[] = [];
  const held: (() => void)[] = [];
  const stream = new Writable({
    ...options,
    decodeStrings: false,
    write(text: string, _encoding, done) {
      written.push(text);
      held.push(done);
    },
  });
  return { stream, written, release: () => held.shift()?.() };
}

describe("outbox", () => {
  test("writes texts that are ready together at once, in order", async () => {
    const { stream, written } = recording();
    const outbox = new Outbox(stream);
    await Promise.all([outbox.send("a\n"), outbox.send("b\n"), outbox.send("c\n")]);
    expect(written).toEqual(["a\nb\nc\n"]);
  });

  test("writes what comes later by itself", async () => {
    const { stream, written, release } = recording();
    const outbox = new Outbox(stream);
    await outbox.send("a\n");
    release();
    await outbox.send("b\n");
    expect(written).toEqual(["a\n", "b\n"]);
  });

  test("waits for a full stream, with one listener however many send", async () => {
    const { stream, release } = recording({ highWaterMark: 2 });
    const outbox = new Outbox(stream);
    let done = false;
    const sent = Promise.all(Array.from({ length: 20 }, () => outbox.send("abc"))).then(() => {
      done = true;
    });
    await new Promise((resolve) => setImmediate(() => setImmediate(resolve)));
    expect(done).toBe(false);
    expect(stream.listenerCount("drain")).toBe(1);
    release();
    await sent;
    expect(done).toBe(true);
  });
});
