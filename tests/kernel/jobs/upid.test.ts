import { describe, expect, it } from "@jest/globals";
import fc from "fast-check";
import { findUpids, parseUpid } from "../../../kernel/jobs/upid.ts";

const hex = (digits: number) =>
  fc.nat({ max: 16 ** digits - 1 }).map((value) => value.toString(16).toUpperCase().padStart(digits, "0"));
const word = fc.stringMatching(/^[a-z0-9]{1,8}$/);
const parts = fc.record({
  node: word,
  pid: hex(7),
  pstart: hex(7),
  time: hex(7),
  type: word,
  id: fc.option(word),
  user: word,
});
type Parts = typeof parts extends fc.Arbitrary<infer T> ? T : never;
const join = ({ node, pid, pstart, time, type, id, user }: Parts) =>
  `UPID:${node}:0${pid}:0${pstart}:0${time}:${type}:${id ?? ""}:${user}@pam!t:`;

describe("parseUpid", () => {
  it("reads every part", () => {
    expect(parseUpid("UPID:pve-1:0000ABCD:0001E240:6B000000:qmstart:100:root@pam!mcp:")).toEqual({
      upid: "UPID:pve-1:0000ABCD:0001E240:6B000000:qmstart:100:root@pam!mcp:",
      node: "pve-1",
      pid: 0xabcd,
      startTime: 0x6b000000,
      type: "qmstart",
      id: "100",
      user: "root@pam!mcp",
    });
  });

  it("reads any that is well formed, and finds it in a text", () => {
    fc.assert(
      fc.property(parts, (given) => {
        const upid = join(given);
        expect(parseUpid(upid)).toMatchObject({
          upid,
          node: given.node,
          type: given.type,
          id: given.id ?? "",
        });
        expect(findUpids(`started '${upid}' now`).map((found) => found.upid)).toEqual([upid]);
      }),
    );
  });

  it("takes nothing cut, prefixed or continued", () => {
    fc.assert(
      fc.property(parts, fc.nat(), (given, at) => {
        const upid = join(given);
        expect(parseUpid(upid.slice(0, at % upid.length))).toBeUndefined();
        expect(parseUpid(`x${upid}`)).toBeUndefined();
        expect(parseUpid(`${upid}\n`)).toBeUndefined();
      }),
    );
  });

  it.each([
    [undefined],
    [null],
    [7],
    [{ upid: "UPID:a" }],
    [""],
    ["UPID:vm:1:2:3:x:y:z:"],
    ["PVEVNC:6B0000"],
  ])("takes %p for no task", (value) => {
    expect(parseUpid(value)).toBeUndefined();
  });
});
