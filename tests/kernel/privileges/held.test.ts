import { describe, expect, test } from "@jest/globals";
import { Held, permissionsOf } from "../../../kernel/privileges/held.ts";

const held = new Held(
  permissionsOf({
    "/": { "Sys.Audit": 1 },
    "/vms": { "VM.Audit": 1, "VM.Clone": 0 },
    "/vms/100": { "VM.Audit": 1, "VM.PowerMgmt": 0 },
    "/storage/nfs": { "Datastore.Audit": 1 },
    "/sdn/zones/localnetwork": { "SDN.Use": 1 },
  }),
);

describe("what an account holds", () => {
  test.each([
    ["on the path itself", "VM.PowerMgmt", "/vms/100", true],
    ["by propagation from above", "VM.Audit", "/vms/200", true],
    ["not without propagation", "VM.Clone", "/vms/200", false],
    ["from the nearest path alone, which is told whole", "Sys.Audit", "/vms/100", false],
    ["down more than one level", "SDN.Use", "/sdn/zones/localnetwork/vmbr0/5", true],
    ["from the top where nothing is nearer", "Sys.Audit", "/nodes/pve1", true],
  ])("%s", (_, privilege, path, expected) => {
    expect(held.holds(privilege, path)).toBe(expected);
  });

  test("counts on some path of a form", () => {
    expect(held.holds("VM.PowerMgmt", "/vms/{vmid}")).toBe(true);
    expect(held.holds("Datastore.Audit", "/storage/{storage}")).toBe(true);
    expect(held.holds("Datastore.Allocate", "/storage/{storage}")).toBe(false);
    expect(held.holds("VM.Clone", "/vms/{vmid}")).toBe(false);
  });

  test("meets needs of all or of any privileges, on either path", () => {
    const privileges = ["VM.Audit", "VM.Clone"];
    expect(held.meets({ path: "/vms/100", privileges })).toBe(false);
    expect(held.meets({ path: "/vms/100", privileges, any: true })).toBe(true);
    expect(held.meets({ path: "/vms/300", orOn: "/vms", privileges: ["VM.Clone"] })).toBe(true);
  });

  test("holds everywhere below a path only where it is propagated and no path below lacks it", () => {
    const everywhere = (paths: Record<string, Record<string, number>>) =>
      new Held(permissionsOf(paths)).everywhere("VM.Audit", "/vms");
    expect(everywhere({ "/": { "VM.Audit": 1 } })).toBe(true);
    expect(everywhere({ "/vms": { "VM.Audit": 1 }, "/vms/100": { "VM.Audit": 0 } })).toBe(true);
    expect(everywhere({ "/vms": { "VM.Audit": 0 } })).toBe(false);
    expect(everywhere({ "/vms": { "VM.Audit": 1 }, "/vms/100": { "VM.Console": 1 } })).toBe(false);
    expect(everywhere({ "/": { "VM.Audit": 1 }, "/vms": { "VM.Console": 1 } })).toBe(false);
    expect(everywhere({ "/vms/100": { "VM.Audit": 1 } })).toBe(false);
  });

  test("is nothing where the answer is of another form", () => {
    for (const data of [null, "x", [], { "/": 1 }]) {
      expect(new Held(permissionsOf(data)).holds("Sys.Audit", "/")).toBe(false);
    }
  });
});
