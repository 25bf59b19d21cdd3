import { describe, expect, test } from "@jest/globals";
import fc from "fast-check";
import { CLUSTER_SETTING_NAMES } from "../../../kernel/settings/cluster-definitions.ts";
import { clusterNames, prefixed, prefixOf, withPrefix } from "../../../kernel/settings/cluster-names.ts";
import { SETTING_NAMES } from "../../../kernel/settings/definitions.ts";
import { ParseFault } from "../../../kernel/settings/errors.ts";
import { fingerprints } from "../../../kernel/settings/fingerprint.ts";
import { hosts } from "../../../kernel/settings/host.ts";
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

describe("hosts", () => {
  test.each([
    ["pve1", "pve1", undefined],
    [" pve1.example.com ", "pve1.example.com", undefined],
    ["192.0.2.10", "192.0.2.10", undefined],
    ["[2001:db8::1]", "2001:db8::1", undefined],
    ["2001:db8::1", "2001:db8::1", undefined],
    ["pve1:8007", "pve1", 8007],
    ["[2001:db8::1]:443", "2001:db8::1", 443],
  ])("take %s", (text, host, port) => {
    expect(parse(hosts, text)).toEqual([{ host, port }]);
  });

  test("take several, in their order and each once", () => {
    expect(parse(hosts, "pve2, pve1:8007,[::1]:8006\n2001:db8::1 pve2,pve1")).toEqual([
      { host: "pve2", port: undefined },
      { host: "pve1", port: 8007 },
      { host: "::1", port: 8006 },
      { host: "2001:db8::1", port: undefined },
      { host: "pve1", port: undefined },
    ]);
  });

  test.each([
    ["https://pve1:8006/", "set PROXMOX_HOST=pve1:8006"],
    ["https://pve1.example.com:8006/api2/json", "set PROXMOX_HOST=pve1.example.com:8006"],
    ["pve2,https://pve1", "set PROXMOX_HOST=pve1:443"],
    ["https://root:hunter22@pve1:8006", "set PROXMOX_HOST=pve1:8006"],
    ["pve1:8006/api2", "set PROXMOX_HOST=pve1:8006"],
  ])("say what to set instead of %s", (text, accepted) => {
    const fault = refusal(hosts, text);
    expect(fault.accepted).toBe(accepted);
    expect(fault.message).not.toContain("hunter22");
  });

  test.each([
    ",",
    "pve1;pve2",
    "fe80::1%eth0",
    "-x",
    "a..b",
    "ftp://pve1",
    "pve1:0",
    "pve1:65536",
    "[pve1]",
    ":8006",
  ])("refuse %s", (text) => {
    expect(refusal(hosts, text)).toBeInstanceOf(ParseFault);
  });

  test("give only what fits into a URL", () => {
    fc.assert(
      fc.property(fc.string(), (text) => {
        let found: ReturnType<typeof hosts>;
        try {
          found = parse(hosts, text);
        } catch (error) {
          expect(error).toBeInstanceOf(ParseFault);
          return;
        }
        for (const { host } of found) expect(host).toMatch(/^[\w.:-]+$/);
      }),
    );
  });
});

describe("names of clusters", () => {
  test("are taken apart by commas or spaces", () => {
    expect(parse(clusterNames, "prod, lab-2 dr")).toEqual(["prod", "lab-2", "dr"]);
  });

  test.each([
    [",", "no name"],
    ["Prod", "not a name"],
    ["2lab", "not a name"],
    ["a_b", "not a name"],
    ["a--b", "not a name"],
    ["prod,lab,prod", "named twice"],
    ["mcp", "cannot be"],
    ["api", "cannot be"],
    ["default", "cannot be"],
    ["tls-lab", "cannot be"],
    ["clusters", "cannot be"],
    ["host", "cannot be"],
    ["shell", "cannot be"],
    ["ssh", "cannot be"],
    ["prod,prod-tls", "told apart"],
  ])("are refused: %s", (text, part) => {
    expect(refusal(clusterNames, text).message).toContain(part);
  });

  test("make prefixes under which no variable is another's", () => {
    const word = fc.constantFrom("prod", "lab", "a", "default", "tls", "api", "mcp", "host", "file", "x1");
    const name = fc.array(word, { minLength: 1, maxLength: 3 }).map((words) => words.join("-"));
    fc.assert(
      fc.property(fc.uniqueArray(name, { minLength: 1, maxLength: 4 }), (names) => {
        let found: readonly string[];
        try {
          found = parse(clusterNames, names.join(","));
        } catch {
          return;
        }
        const variables = [
          ...SETTING_NAMES,
          ...found.flatMap((each) => CLUSTER_SETTING_NAMES.map((plain) => prefixed(plain, prefixOf(each)))),
        ].flatMap((variable) => [variable, `${variable}_FILE`]);
        expect(new Set(variables).size).toBe(variables.length);
      }),
    );
  });

  test("are put into texts that speak of a cluster's variables", () => {
    const text =
      "Check PROXMOX_HOST and PROXMOX_API_TOKEN_USER, _REALM; not PROXMOX_MCP_ACCESS or PROXMOX_HOSTS.";
    expect(withPrefix(text, "PROXMOX_LAB_")).toBe(
      "Check PROXMOX_LAB_HOST and PROXMOX_LAB_API_TOKEN_USER, _REALM; not PROXMOX_MCP_ACCESS or PROXMOX_HOSTS.",
    );
    for (const name of CLUSTER_SETTING_NAMES)
      expect(withPrefix(name, "PROXMOX_LAB_")).toBe(prefixed(name, "PROXMOX_LAB_"));
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
        const expected = [one, two].map((value) => ({ fingerprint: pairs(value), only: undefined }));
        expect(parse(fingerprints, text)).toEqual(expected);
      }),
    );
  });

  test.each([
    ["pve1", { host: "pve1", port: undefined }],
    ["pve1:8007", { host: "pve1", port: 8007 }],
    ["2001:db8::1", { host: "2001:db8::1", port: undefined }],
    ["[2001:db8::1]:8007", { host: "2001:db8::1", port: 8007 }],
  ])("may be for one host: %s", (host, only) => {
    const fingerprint = Array.from({ length: 32 }, () => "AB").join(":");
    expect(parse(fingerprints, `${host}=${fingerprint}`)).toEqual([{ fingerprint, only }]);
    expect(parse(fingerprints, `${host}=SHA256:${"ab".repeat(32)}`)).toEqual([{ fingerprint, only }]);
  });

  test.each([
    ["ab".repeat(20), "SHA-1"],
    ["ab".repeat(31), "62 hex digits"],
    ["zz".repeat(32), "other than hex"],
    [",", "no fingerprint"],
    ["pve1=", "other than hex"],
    [`=${"ab".repeat(32)}`, "neither a host name"],
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
