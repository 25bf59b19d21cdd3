import { describe, expect, test } from "@jest/globals";
import fc from "fast-check";
import { parsePolicy } from "../../../kernel/policy/rules/parse.ts";
import { PolicyFault } from "../../../kernel/policy/rules/policy-fault.ts";
import { printRule, ruleName } from "../../../kernel/policy/rules/print.ts";
import { conditions, rules } from "./arbitraries.ts";

describe("the grammar", () => {
  test("takes rules apart by lines and semicolons, with comments, numbers and lines", () => {
    const found = parsePolicy(
      '# production\ndeny risk>=destructive tag=prod,"big db" # never\n\nallow vmid!=100-199,7; shadow confirm tool=proxmox_vm_*\n' +
        "allow family=qm,pct path=/etc/pve,/var max-timeout=90s sudo=no",
    );
    expect(found).toEqual([
      {
        number: 1,
        line: 2,
        text: 'deny risk>=destructive tag=prod,"big db"',
        shadow: false,
        action: "deny",
        conditions: [
          { key: "risk", isNot: false, values: ["destructive", "escape"] },
          { key: "tag", isNot: false, values: ["prod", "big db"] },
        ],
        limits: {},
      },
      {
        number: 2,
        line: 4,
        text: "allow vmid!=100-199,7",
        shadow: false,
        action: "allow",
        conditions: [
          {
            key: "vmid",
            isNot: true,
            values: [
              { from: 100, to: 199 },
              { from: 7, to: 7 },
            ],
          },
        ],
        limits: {},
      },
      {
        number: 3,
        line: 4,
        text: "shadow confirm tool=proxmox_vm_*",
        shadow: true,
        action: "confirm",
        conditions: [{ key: "tool", isNot: false, values: ["proxmox_vm_*"] }],
        limits: {},
      },
      {
        number: 4,
        line: 5,
        text: "allow family=qm,pct path=/etc/pve,/var max-timeout=90s sudo=no",
        shadow: false,
        action: "allow",
        conditions: [
          { key: "family", isNot: false, values: ["qm", "pct"] },
          { key: "path", isNot: false, values: ["/etc/pve", "/var"] },
        ],
        limits: { maxTimeoutMs: 90_000, sudo: false },
      },
    ]);
    expect(found.map(ruleName)[2]).toBe("shadow rule 3 (shadow confirm tool=proxmox_vm_*)");
  });

  test.each([
    ["", 1, 1, "no rule"],
    ["# nothing", 1, 1, "no rule"],
    ["permit tag=prod", 1, 1, "begins with allow, confirm, deny"],
    ["shadow", 1, 7, "a rule says"],
    ["allow\n  deny vmids=100", 2, 8, '"vmids" is no condition'],
    ["deny vmid=100,", 1, 15, "a value is missing"],
    ["deny vmid=1x", 1, 11, '"1x" is no VMID'],
    ["deny vmid=200-100", 1, 11, "ends before it begins"],
    ["deny risk=deadly", 1, 11, '"deadly" is no risk'],
    ["deny risk>=write,read", 1, 18, "one risk"],
    ["deny tag>=prod", 1, 9, 'only "risk"'],
    ["deny tag", 1, 6, '"tag" takes a value'],
    ["deny =prod", 1, 6, "nothing stands before"],
    ['deny tag="prod', 1, 10, "does not end on its line"],
    ['deny tag=a"b"', 1, 11, "does not belong here"],
    ["deny tag=prod tag=web", 1, 15, "stands in this rule twice"],
    ["deny path=etc", 1, 11, "begins with /"],
    ["deny path=/a/../b", 1, 11, "no .."],
    ["deny sudo=no", 1, 6, "belongs to allow and confirm"],
    ["allow sudo=maybe", 1, 12, "yes or no"],
    ["allow max-timeout=5", 1, 19, "ms, s, m or h"],
    ["deny risk=read vmid=100", 1, 16, 'no "vmid"'],
    ["confirm risk=read", 1, 9, "never confirmed"],
    ["allow; deny ,", 1, 13, "is no condition"],
  ])("points at the character of %j", (text, line, column, why) => {
    let fault: unknown;
    try {
      parsePolicy(text);
    } catch (thrown) {
      fault = thrown;
    }
    expect(fault).toBeInstanceOf(PolicyFault);
    expect(fault).toMatchObject({ line, column, message: expect.stringContaining(why) });
    const [, shown = "", caret = ""] = String(fault instanceof Error ? fault.message : "").split("\n");
    expect(caret.indexOf("^")).toBe(6 + column - 1);
    expect(shown.slice(6)).toBe(text.split("\n")[line - 1] ?? "");
  });

  test("throws nothing but its own fault, whatever it gets", () => {
    const words = fc.constantFrom(
      ...'allow deny confirm shadow risk vmid tag tool path = != >= , ; # " \\ / - 100 100-200 read write\n'.split(
        " ",
      ),
      " ",
    );
    const texts = fc.oneof(
      fc.string(),
      fc.array(words).map((parts) => parts.join("")),
    );
    fc.assert(
      fc.property(texts, (text) => {
        try {
          parsePolicy(text);
        } catch (fault) {
          expect(fault).toBeInstanceOf(PolicyFault);
        }
      }),
      { numRuns: 2_000 },
    );
  });

  test("what is printed is read again as the same rules", () => {
    fc.assert(
      fc.property(rules(), (list) => {
        const again = parsePolicy(list.map(printRule).join("\n"));
        expect(again.map(({ number: _n, line: _l, text: _t, ...rest }) => rest)).toEqual(
          list.map(({ number: _n, line: _l, text: _t, ...rest }) => rest),
        );
      }),
    );
  });

  test("conditions come in any order", () => {
    fc.assert(
      fc.property(conditions(), fc.infiniteStream(fc.nat()), (list, random) => {
        const shuffled = [...list].sort(() => ((random.next().value ?? 0) % 2 === 0 ? 1 : -1));
        const read = (some: typeof list) =>
          parsePolicy(printRule({ shadow: false, action: "deny", conditions: some, limits: {} }))[0]
            ?.conditions;
        expect(new Set(read(shuffled))).toEqual(new Set(read(list)));
      }),
    );
  });
});
