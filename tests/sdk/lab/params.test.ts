import { describe, expect, test } from "@jest/globals";
import fc from "fast-check";
import { splitList } from "../../../sdk/lab/frame/params.ts";
import { decodeForm, decodeJson, decodePercent } from "../../../sdk/lab/http/params.ts";
import { formatUpid, parseUpid } from "../../../sdk/lab/tasks/upid.ts";

const name = fc.stringMatching(/^[a-z][a-z0-9-]{0,8}$/);

describe("forms", () => {
  test("percent-encoded values come through whole", () => {
    fc.assert(
      fc.property(fc.dictionary(name, fc.string({ unit: "grapheme" })), (values) => {
        const text = Object.entries(values)
          .map(([key, value]) => `${key}=${encodeURIComponent(value)}`)
          .join("&");
        const expected = Object.entries(values);
        expect([...decodeForm(text)]).toEqual(expected);
      }),
    );
  });

  test("repeated keys become an array in order", () => {
    fc.assert(
      fc.property(fc.array(fc.string(), { minLength: 2, maxLength: 5 }), (values) => {
        const text = values.map((value) => `k=${encodeURIComponent(value)}`).join(";");
        expect(decodeForm(text).get("k")).toEqual(values);
      }),
    );
  });

  test("plus is a space, broken escapes stay, a name alone is not given", () => {
    expect([...decodeForm("a=x+y%20z&b=100%&c&=d")]).toEqual([
      ["a", "x y z"],
      ["b", "100%"],
    ]);
    expect(decodePercent("%zz%41")).toBe("%zzA");
  });
});

test("a JSON body must be an object", () => {
  expect(decodeJson('{"a":[1]}')).toEqual(new Map([["a", [1]]]));
  expect(decodeJson("[]")).toHaveProperty("error");
});

test("lists take commas, semicolons and spaces", () => {
  expect(splitList("a,b;c d,,e")).toEqual(["a", "b", "c", "d", "e"]);
});

describe("UPIDs", () => {
  const number = fc.integer({ min: 0, max: 0xffffffff });
  const upid = fc.record({
    node: fc.constantFrom("pve1", "a-b"),
    pid: number,
    pstart: number,
    starttime: number,
    type: fc.stringMatching(/^[a-z]{1,10}$/),
    id: fc.stringMatching(/^[a-z0-9@:.-]{0,10}$/),
    user: fc.constantFrom("root@pam", "op@pve!tok"),
  });

  test("what is written reads back", () => {
    fc.assert(fc.property(upid, (parts) => expect(parseUpid(formatUpid(parts))).toEqual(parts)));
  });

  test("anything else is none", () => {
    for (const text of [
      "",
      "bogus",
      "UPID:vm:1:2:3:x:y:z:",
      "UPID:vm:00000000:00000000:6B000000:qmstart:100:root@pam",
    ]) {
      expect(parseUpid(text)).toBeUndefined();
    }
  });
});
