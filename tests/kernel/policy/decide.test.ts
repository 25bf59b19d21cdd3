import { describe, expect, test } from "@jest/globals";
import fc from "fast-check";
import { decide } from "../../../kernel/policy/rules/decide.ts";
import { type Deed, fits, isBelow } from "../../../kernel/policy/rules/match.ts";
import { parsePolicy } from "../../../kernel/policy/rules/parse.ts";
import { ACTIONS, type Action } from "../../../kernel/policy/rules/types.ts";
import { type Subject, UNKNOWN } from "../../../kernel/policy/subjects.ts";
import { deeds, ranges, rules, subjects } from "./arbitraries.ts";

const DEED: Deed = {
  ...{ risk: "destructive", tool: "proxmox_vm_destroy", plugin: "vm", cluster: "prod" },
  ...{ family: undefined, path: "/nodes/pve1/qemu/100", sudo: false, timeoutMs: undefined },
};
const WEB: Subject = { label: "VM 100", vmid: 100, node: "pve1", pool: "web", tags: ["prod", "Web"] };
const NODE: Subject = { label: "node", vmid: undefined, node: "pve1", pool: undefined, tags: undefined };
const DARK: Subject = { label: "?", vmid: UNKNOWN, node: UNKNOWN, pool: UNKNOWN, tags: UNKNOWN };

function say(policy: string, deed: Partial<Deed> = {}, subject = WEB): Action {
  return decide(parsePolicy(policy), { ...DEED, ...deed }, subject).action;
}

describe("conditions", () => {
  test.each([
    ["deny", "deny"],
    ["deny risk=destructive", "deny"],
    ["deny risk=write", "allow"],
    ["deny risk>=write", "deny"],
    ["deny risk!=destructive", "allow"],
    ["deny tool=proxmox_vm_*", "deny"],
    ["deny tool=*_list", "allow"],
    ["deny plugin=vm,lxc", "deny"],
    ["deny cluster=PROD", "deny"],
    ["deny cluster=lab", "allow"],
    ["deny node=pve1", "deny"],
    ["deny node!=pve1", "allow"],
    ["deny vmid=99,100-110", "deny"],
    ["deny vmid!=100-110", "allow"],
    ["deny tag=web", "deny"],
    ["deny tag!=web", "allow"],
    ["deny tag!=other", "deny"],
    ["deny pool=web", "deny"],
    ["deny path=/nodes/pve1/qemu", "deny"],
    ["deny path=/nodes/pve1/qem", "allow"],
    ["deny family=qm", "allow"],
    ["deny tag=web node=pve2", "allow"],
    ["confirm tag=web", "confirm"],
  ])("%s", (policy, action) => {
    expect(say(policy)).toBe(action);
  });

  test("a rule without a word about risk is about changes alone", () => {
    expect(say("deny", { risk: "read" })).toBe("allow");
    expect(say("deny risk=read", { risk: "read" })).toBe("deny");
    expect(say("deny risk=read")).toBe("allow");
  });

  test("what is no guest has no VMID: it is outside of every range", () => {
    expect(say("deny vmid=1-999999999", {}, NODE)).toBe("allow");
    expect(say("deny vmid!=9000-9999", {}, NODE)).toBe("deny");
  });

  test("limits hold for commands: too long or as another user is denied by the rule that would allow it", () => {
    const command = { family: "qm", timeoutMs: 60_000 };
    expect(say("allow max-timeout=60s", command)).toBe("allow");
    expect(say("allow max-timeout=59s", command)).toBe("deny");
    expect(say("allow max-timeout=1s")).toBe("allow");
    expect(say("allow sudo=no", { ...command, sudo: true })).toBe("deny");
    expect(say("allow sudo=yes", { ...command, sudo: true })).toBe("allow");
    expect(say("confirm sudo=no; allow", { ...command, sudo: true })).toBe("deny");
  });

  test("ranges hold from the first to the last VMID, and for no other", () => {
    fc.assert(
      fc.property(ranges(), fc.integer({ min: 1, max: 30 }), ({ from, to }, vmid) => {
        const expected = vmid >= from && vmid <= to ? "deny" : "allow";
        expect(say(`deny vmid=${from}-${to}`, {}, { ...WEB, vmid })).toBe(expected);
      }),
    );
  });

  test("a tag holds in any case and place, whole or not at all", () => {
    const tag = fc.stringMatching(/^[a-z]{1,6}$/);
    fc.assert(
      fc.property(fc.array(tag), tag, (tags, wanted) => {
        const expected = tags.includes(wanted) ? "deny" : "allow";
        expect(say(`deny tag=${wanted.toUpperCase()}`, {}, { ...WEB, tags })).toBe(expected);
      }),
    );
  });

  test("patterns and prefixes", () => {
    expect([fits("a*c", "abbc"), fits("a?c", "abbc"), fits("a.c", "abc"), fits("*", "")]).toEqual([
      true,
      false,
      false,
      true,
    ]);
    expect([
      isBelow("/etc/hosts", "/etc"),
      isBelow("/etcetera", "/etc"),
      isBelow("/etc", "/etc/"),
      isBelow("/x", "/"),
    ]).toEqual([true, false, true, true]);
  });
});

describe("order", () => {
  test("the first rule that holds decides, and is named", () => {
    const found = decide(parsePolicy("allow tag=other\ndeny tag=web\nallow"), DEED, WEB);
    expect([found.action, found.rule?.number]).toEqual(["deny", 2]);
    expect(say("allow tag=web; deny")).toBe("allow");
    expect(decide(parsePolicy("deny tag=other"), DEED, WEB)).toEqual({ action: "allow", subject: WEB });
  });

  test("a deny is never widened by what comes later", () => {
    fc.assert(
      fc.property(rules(), rules(), deeds(), subjects(), (first, later, deed, subject) => {
        const before = decide(first, deed, subject);
        if (before.rule === undefined) return;
        const after = decide([...first, ...later], deed, subject);
        expect(ACTIONS.indexOf(after.action)).toBeGreaterThanOrEqual(ACTIONS.indexOf(before.action));
        if (before.action === "deny") expect(after.action).toBe("deny");
      }),
      { numRuns: 2_000 },
    );
  });

  test("a deny in front of everything is a deny", () => {
    fc.assert(
      fc.property(rules(), deeds(), subjects(), (list, deed, subject) => {
        const [deny] = parsePolicy("deny");
        expect(deny && decide([deny, ...list], deed, subject).action).toBe("deny");
      }),
    );
  });

  test("only rules that allow or limit nothing leave everything as it is", () => {
    fc.assert(
      fc.property(rules(["allow"]), deeds(), subjects(), (list, deed, subject) => {
        const unlimited = list.map((rule) => ({ ...rule, limits: {} }));
        expect(decide(unlimited, deed, subject).action).toBe("allow");
      }),
    );
  });
});

describe("what could not be looked up", () => {
  test("counts against the call: a deny may be meant, an allow may not", () => {
    expect(say("deny tag=prod", {}, DARK)).toBe("deny");
    expect(say("allow tag=lab; deny", {}, DARK)).toBe("deny");
    expect(say("allow vmid=1-5; confirm; deny", {}, DARK)).toBe("confirm");
    expect(say("deny vmid!=1-5", {}, DARK)).toBe("deny");
    expect(decide(parsePolicy("deny tag=prod"), DEED, { ...DARK, why: "no right" }).because).toContain(
      "no right",
    );
  });

  test("is never judged milder than any way it may turn out to be", () => {
    fc.assert(
      fc.property(rules(), deeds(), subjects(), subjects(), (list, deed, subject, truth) => {
        const revealed: Subject = {
          ...subject,
          vmid: subject.vmid === UNKNOWN ? truth.vmid : subject.vmid,
          node: subject.node === UNKNOWN ? truth.node : subject.node,
          pool: subject.pool === UNKNOWN ? truth.pool : subject.pool,
          tags: subject.tags === UNKNOWN ? truth.tags : subject.tags,
        };
        const dark = decide(list, deed, subject).action;
        const lit = decide(list, deed, revealed).action;
        expect(ACTIONS.indexOf(dark)).toBeGreaterThanOrEqual(ACTIONS.indexOf(lit));
      }),
      { numRuns: 2_000 },
    );
  });
});
