import { describe, expect, test } from "@jest/globals";
import fc from "fast-check";
import { accessRefusal, grantFor, grantRefusal, needsConfirmation } from "../../../kernel/policy/access.ts";
import { GRANTS } from "../../../sdk/plugin.ts";
import { RISKS } from "../../../sdk/risk.ts";

const risk = fc.constantFrom(...RISKS);
const confirm = fc.constantFrom("write" as const, "destructive" as const, "none" as const);

describe("access", () => {
  test("a risk is allowed exactly when it does not exceed the access level", () => {
    for (const [level, access] of RISKS.entries()) {
      for (const [height, own] of RISKS.entries()) {
        expect(accessRefusal(own, access) === undefined).toBe(height <= level);
      }
    }
  });

  test("more access never refuses what less allowed", () => {
    fc.assert(
      fc.property(risk, risk, risk, (own, some, other) => {
        const [less, more] = RISKS.indexOf(some) <= RISKS.indexOf(other) ? [some, other] : [other, some];
        if (accessRefusal(own, less) === undefined) expect(accessRefusal(own, more)).toBeUndefined();
      }),
    );
  });

  test("a refusal names the value that would allow it, and that value does", () => {
    fc.assert(
      fc.property(risk, risk, (own, access) => {
        const named = accessRefusal(own, access)?.show.match(/PROXMOX_MCP_ACCESS=(\w+)/)?.[1];
        const value = RISKS.find((level) => level === named);
        if (value !== undefined) expect(accessRefusal(own, value)).toBeUndefined();
        else expect(accessRefusal(own, access)).toBeUndefined();
      }),
    );
  });
});

describe("grants", () => {
  test("anything but a read needs rest:write", () => {
    expect(RISKS.map(grantFor)).toEqual(["rest:read", "rest:write", "rest:write", "rest:write"]);
  });

  test("only the grant itself is enough", () => {
    fc.assert(
      fc.property(fc.subarray([...GRANTS]), fc.constantFrom(...GRANTS), (given, needed) => {
        expect(grantRefusal("p", given, needed) === undefined).toBe(given.includes(needed));
      }),
    );
  });

  test("a refusal shows the setting in the form it is written", () => {
    expect(grantRefusal("net", ["rest:read"], "rest:write")?.show).toContain(
      "PROXMOX_MCP_PLUGIN_GRANTS=net=rest:write",
    );
  });
});

describe("confirmation", () => {
  test("reads are never asked about, and none asks never", () => {
    fc.assert(fc.property(confirm, (setting) => expect(needsConfirmation("read", setting)).toBe(false)));
    fc.assert(fc.property(risk, (own) => expect(needsConfirmation(own, "none")).toBe(false)));
  });

  test("whatever is confirmed at a risk is confirmed at every higher one", () => {
    fc.assert(
      fc.property(risk, risk, confirm, (some, other, setting) => {
        const [lower, higher] = RISKS.indexOf(some) <= RISKS.indexOf(other) ? [some, other] : [other, some];
        if (needsConfirmation(lower, setting)) expect(needsConfirmation(higher, setting)).toBe(true);
      }),
    );
  });

  test("destructive and escape are confirmed by both asking settings", () => {
    for (const setting of ["write", "destructive"] as const) {
      expect(needsConfirmation("destructive", setting)).toBe(true);
      expect(needsConfirmation("escape", setting)).toBe(true);
    }
    expect(needsConfirmation("write", "write")).toBe(true);
    expect(needsConfirmation("write", "destructive")).toBe(false);
  });
});
