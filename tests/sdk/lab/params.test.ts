import { describe, expect, test } from "@jest/globals";
import fc from "fast-check";
import { splitList } from "../../../sdk/lab/frame/params.ts";
import { jsonFault } from "../../../sdk/lab/http/json.ts";
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

  test("plus is a space, broken escapes stay, a name alone has no value, a value may lack its name", () => {
    expect([...decodeForm("a=x+y%20z&b=100%&c&=d&")]).toEqual([
      ["a", "x y z"],
      ["b", "100%"],
      ["c", null],
      ["", "d"],
    ]);
    expect([...decodeForm("a=1&&b=")]).toEqual([
      ["a", "1"],
      ["", null],
      ["b", ""],
    ]);
    expect(decodeForm("&&").size).toBe(0);
    expect(decodePercent("%zz%41")).toBe("%zzA");
  });
});

test("a JSON body must be an object", () => {
  expect(decodeJson('{"a":[1]}')).toEqual(new Map([["a", [1]]]));
  expect(decodeJson("null")).toEqual(new Map());
  expect(decodeJson("[]")).toHaveProperty("error", expect.stringMatching(/^Not a HASH reference at /));
  expect(decodeJson('"x"')).toHaveProperty(
    "error",
    expect.stringMatching(/^Can't use string \("x"\) as a HASH ref while "strict refs" in use at /),
  );
});

test.each([
  ["", "malformed JSON string, neither tag, array, object, number, string or atom", 0, "(end of string)"],
  [
    '{"a":',
    "malformed JSON string, neither tag, array, object, number, string or atom",
    5,
    "(end of string)",
  ],
  ["{'a':1}", "'\"' expected", 1, "'a':1}"],
  ['{"a" 1}', "':' expected", 5, "1}"],
  ['{"a":1', ", or } expected while parsing object/hash", 6, "(end of string)"],
  ['{"a":[1 2]}', ", or ] expected while parsing array", 8, "2]}"],
  ['{"a":"x', "unexpected end of string while parsing JSON string", 7, "(end of string)"],
  ["{} x", "garbage after JSON object", 3, "x"],
  ["userid=x@pve&comment=long text", "malformed JSON string, neither tag", 0, "userid=x@pve&comment..."],
  ["not json", "'null' expected", 0, "not json"],
  ['{"a":01}', "malformed number (leading zero must not be followed by another digit)", 6, "1}"],
])("%j is told where it stops being JSON", (text, fault, offset, rest) => {
  const told = decodeJson(text) as { error: string };
  expect(told.error).toContain(fault);
  expect(told.error).toContain(`, at character offset ${offset} (before "${rest}") at /usr/share`);
});

test("what JSON.parse takes has no fault, and what it does not take has one", () => {
  fc.assert(
    fc.property(
      fc.oneof(
        fc.json(),
        fc.string(),
        fc.json().map((text) => text.slice(1)),
      ),
      (text) => {
        const parses = () => {
          try {
            JSON.parse(text);
            return true;
          } catch {
            return false;
          }
        };
        expect(jsonFault(text) === undefined).toBe(parses());
      },
    ),
  );
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
