import { describe, expect, it } from "@jest/globals";
import fc from "fast-check";
import { type ChainEntry, type ChainHead, entryLine, hashLine } from "../../../kernel/audit/chain.ts";
import { verifyChain, verifyChains } from "../../../kernel/audit/verify.ts";

interface Built {
  readonly lines: readonly string[];
  readonly head: ChainHead;
}

function build(notes: readonly string[], sealed: boolean, heads: readonly ChainHead[] = []): Built {
  const events = [
    { event: "open", heads: heads.map((head) => ({ ...head })) },
    ...notes.map((note) => ({ event: "call", note })),
    ...(sealed ? [{ event: "seal" }] : []),
  ];
  const lines: string[] = [];
  let prev = "";
  for (const [seq, event] of events.entries()) {
    const entry: ChainEntry = { ...event, seq, prev, at: "2026-01-01T00:00:00.000Z" };
    lines.push(entryLine(entry));
    prev = hashLine(lines.at(-1) ?? "");
  }
  return { lines, head: { chain: "a", seq: lines.length - 1, hash: prev, sealed } };
}

const textOf = (lines: readonly string[]) => lines.map((line) => `${line}\n`).join("");
const chain = fc
  .record({ notes: fc.array(fc.string(), { minLength: 1, maxLength: 8 }), sealed: fc.boolean() })
  .map(({ notes, sealed }) => build(notes, sealed));

describe("verifyChain", () => {
  it("finds a chain as written intact, or unsealed", () => {
    fc.assert(
      fc.property(chain, ({ lines, head }) => {
        const report = verifyChain({ text: textOf(lines), head });
        expect(report).toEqual({
          state: head.sealed ? "intact" : "unsealed",
          entries: lines.length,
          torn: false,
        });
      }),
    );
  });

  it("finds any changed character", () => {
    fc.assert(
      fc.property(chain, fc.nat(), fc.string({ minLength: 1, maxLength: 1 }), ({ lines, head }, at, char) => {
        const text = textOf(lines);
        const place = at % text.length;
        const changed = text.slice(0, place) + char + text.slice(place + 1);
        fc.pre(changed !== text);
        expect(verifyChain({ text: changed, head }).state).toBe("broken");
      }),
    );
  });

  it("finds a removed line and names its place", () => {
    fc.assert(
      fc.property(chain, fc.nat(), ({ lines, head }, at) => {
        const place = at % lines.length;
        const report = verifyChain({ text: textOf(lines.toSpliced(place, 1)), head });
        expect(report.state).toBe("broken");
        expect(report.problem?.line).toBe(place + 1);
      }),
    );
  });

  it("finds lines that changed places", () => {
    fc.assert(
      fc.property(chain, fc.nat(), fc.nat(), ({ lines, head }, a, b) => {
        const [first, second] = [a % lines.length, b % lines.length];
        fc.pre(first !== second);
        const swapped = lines.with(first, lines[second] ?? "").with(second, lines[first] ?? "");
        expect(verifyChain({ text: textOf(swapped), head }).state).toBe("broken");
      }),
    );
  });

  it("finds a tail cut at any byte by the head kept apart", () => {
    fc.assert(
      fc.property(chain, fc.nat(), ({ lines, head }, at) => {
        const text = textOf(lines);
        expect(verifyChain({ text: text.slice(0, at % text.length), head }).state).toBe("broken");
      }),
    );
  });

  it("finds a chain that was rewritten as a whole", () => {
    const { lines } = build(["another story"], true);
    const { head } = build(["what happened"], true);
    expect(verifyChain({ text: textOf(lines), head })).toMatchObject({
      state: "broken",
      problem: { line: 3 },
    });
  });

  it("finds an entry added after the seal", () => {
    const { lines, head } = build(["x"], true);
    const entry: ChainEntry = { event: "call", seq: 3, prev: head.hash, at: "2026-01-01T00:00:00.000Z" };
    expect(verifyChain({ text: textOf([...lines, entryLine(entry)]), head })).toMatchObject({
      state: "broken",
      problem: { line: 4 },
    });
  });

  it("tells a torn last line from a broken chain", () => {
    const { lines, head } = build(["x"], false);
    expect(verifyChain({ text: `${textOf(lines)}{"at":"2026`, head })).toEqual({
      state: "unsealed",
      entries: 2,
      torn: true,
    });
  });

  it("says that a head is missing", () => {
    const { lines } = build(["x"], true);
    expect(verifyChain({ text: textOf(lines), head: undefined }).problem?.what).toMatch(/head file/);
  });
});

describe("verifyChains", () => {
  const first = build(["x"], true);
  const second = build(["y"], true, [first.head]);
  const files = new Map([
    ["a", { text: textOf(first.lines), head: first.head }],
    ["b", { text: textOf(second.lines), head: { ...second.head, chain: "b" } }],
  ]);

  it("finds nothing lost where all is there", () => {
    expect([...verifyChains(files).values()].map(({ state, lost }) => [state, lost])).toEqual([
      ["intact", undefined],
      ["intact", undefined],
    ]);
  });

  it("finds a chain that was removed with its head", () => {
    const left = new Map([...files].filter(([name]) => name === "b"));
    expect(verifyChains(left).get("b")?.lost).toEqual([first.head]);
  });

  it("finds a chain that was replaced with its head", () => {
    const other = build(["z"], true);
    const forged = new Map(files).set("a", { text: textOf(other.lines), head: other.head });
    expect(verifyChains(forged).get("a")?.state).toBe("intact");
    expect(verifyChains(forged).get("b")?.lost).toEqual([first.head]);
  });
});
