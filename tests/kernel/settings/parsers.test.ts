import { describe, expect, test } from "@jest/globals";
import fc from "fast-check";
import { ParseFault } from "../../../kernel/settings/errors.ts";
import { fingerprints } from "../../../kernel/settings/fingerprint.ts";
import { host } from "../../../kernel/settings/host.ts";
import { flag, integer, type Parser } from "../../../kernel/settings/parsers.ts";
import { pluginGrants, pluginSelection } from "../../../kernel/settings/plugins.ts";
import { slips } from "../../../kernel/settings/unknown-names.ts";

const MACHINE = { platform: "linux", home: "/home/op", cwd: "/" } as const;

function parse<T>(parser: Parser<T>, text: string): T {
  return parser(text, MACHINE);
}

function refusal(parser: Parser<unknown>, text: string): ParseFault {
  try {
    parse(parser, text);
  } catch (error) {
    if (error instanceof ParseFault) return error;
    throw error;
  }
  throw new Error(`accepted: ${text}`);
}

describe("host", () => {
  test.each([
    ["pve1", "pve1"],
    [" pve1.example.com ", "pve1.example.com"],
    ["192.0.2.10", "192.0.2.10"],
    ["[2001:db8::1]", "2001:db8::1"],
    ["2001:db8::1", "2001:db8::1"],
  ])("takes %s", (text, expected) => {
    expect(parse(host, text)).toBe(expected);
  });

  test.each([
    ["https://pve1:8006/", "set PROXMOX_HOST=pve1 and PROXMOX_API_PORT=8006"],
    [
      "https://pve1.example.com:8006/api2/json",
      "set PROXMOX_HOST=pve1.example.com and PROXMOX_API_PORT=8006",
    ],
    ["https://pve1", "set PROXMOX_HOST=pve1 and PROXMOX_API_PORT=443"],
    ["pve1:8007", "set PROXMOX_HOST=pve1 and PROXMOX_API_PORT=8007"],
    ["[2001:db8::1]:8006", "set PROXMOX_HOST=[2001:db8::1] and PROXMOX_API_PORT=8006"],
    ["https://root:hunter22@pve1:8006", "set PROXMOX_HOST=pve1 and PROXMOX_API_PORT=8006"],
  ])("says what to set instead of %s", (text, accepted) => {
    const fault = refusal(host, text);
    expect(fault.accepted).toBe(accepted);
    expect(fault.message).not.toContain("hunter22");
  });

  test.each(["pve1,pve2", "bad host", "fe80::1%eth0", "-x", "a..b", "ftp://pve1"])("refuses %s", (text) => {
    expect(refusal(host, text)).toBeInstanceOf(ParseFault);
  });

  test("gives only what fits into a URL", () => {
    fc.assert(
      fc.property(fc.string(), (text) => {
        let found: string;
        try {
          found = parse(host, text);
        } catch (error) {
          expect(error).toBeInstanceOf(ParseFault);
          return;
        }
        expect(found).toMatch(/^[\w.:-]+$/);
      }),
    );
  });
});

describe("fingerprints", () => {
  const bytes = fc.uint8Array({ minLength: 32, maxLength: 32 });
  const hex = (value: Uint8Array) => Buffer.from(value).toString("hex");

  test("are normalised from any spelling", () => {
    fc.assert(
      fc.property(bytes, bytes, (one, two) => {
        const pairs = (value: Uint8Array) => hex(value).toUpperCase().match(/../g)?.join(":");
        const text = `SHA256 Fingerprint=${pairs(one)},\n sha256:${hex(two)}`;
        expect(parse(fingerprints, text)).toEqual([...new Set([pairs(one), pairs(two)])]);
      }),
    );
  });

  test.each([
    ["ab".repeat(20), "SHA-1"],
    ["ab".repeat(31), "62 hex digits"],
    ["zz".repeat(32), "other than hex"],
    [",", "no fingerprint"],
  ])("refuse %s", (text, part) => {
    expect(refusal(fingerprints, text).message).toContain(part);
  });
});

describe("plugins", () => {
  test.each([
    ["all", { select: "all", exclude: [] }],
    ["validated", { select: "validated", exclude: [] }],
    ["vm, nodes", { select: ["vm", "nodes"], exclude: [] }],
    ["all,-vm", { select: "all", exclude: ["vm"] }],
    ["-vm -tasks", { select: "all", exclude: ["vm", "tasks"] }],
  ])("are selected by %s", (text, expected) => {
    expect(parse(pluginSelection, text)).toEqual(expected);
  });

  test.each(["all,vm", "all,validated", "vm,-vm", "../evil", "-"])("refuse %s", (text) => {
    expect(refusal(pluginSelection, text)).toBeInstanceOf(ParseFault);
  });

  test("are granted what is listed", () => {
    expect(parse(pluginGrants, "my-plugin=rest:write,artifacts; other=cli;")).toEqual({
      "my-plugin": ["rest:write", "artifacts"],
      other: ["cli"],
    });
  });

  test.each(["x", "x=", "x=root", "x=cli=cli", "x=cli;x=shell", "__proto__=cli"])(
    "refuse grants %s",
    (text) => {
      expect(refusal(pluginGrants, text)).toBeInstanceOf(ParseFault);
    },
  );
});

describe("simple values", () => {
  test("flags", () => {
    expect(["1", "TRUE", "yes", "on"].map((text) => parse(flag, text))).toEqual([true, true, true, true]);
    expect(["0", "False", "no", "off"].map((text) => parse(flag, text))).toEqual([
      false,
      false,
      false,
      false,
    ]);
    expect(refusal(flag, "2")).toBeInstanceOf(ParseFault);
  });

  test("whole numbers within their bounds, and nothing else", () => {
    fc.assert(
      fc.property(fc.integer(), (value) => {
        if (value >= 1 && value <= 100) expect(parse(integer(1, 100), String(value))).toBe(value);
        else expect(refusal(integer(1, 100), String(value))).toBeInstanceOf(ParseFault);
      }),
    );
    for (const text of ["1e3", "0x10", "1.5", "١", "NaN"]) {
      expect(refusal(integer(0, 1e6), text)).toBeInstanceOf(ParseFault);
    }
  });
});

describe("slips", () => {
  const word = fc.string({ maxLength: 12 });

  test("are none between equal words, and the same both ways", () => {
    fc.assert(
      fc.property(word, word, (one, two) => {
        expect(slips(one, one)).toBe(0);
        expect(slips(one, two)).toBe(slips(two, one));
      }),
    );
  });

  test("count one for a character lost, added, changed or swapped", () => {
    expect(["abc", "abxcd", "abcx", "abdc"].map((text) => slips(text, "abcd"))).toEqual([1, 1, 1, 1]);
  });
});
