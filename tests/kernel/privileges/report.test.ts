import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import type { HostedTool } from "../../../kernel/host/types.ts";
import { Held, permissionsOf } from "../../../kernel/privileges/held.ts";
import { ownPermissions } from "../../../kernel/privileges/own-permissions.ts";
import { privilegeLines, privilegeReport } from "../../../kernel/privileges/report.ts";
import type { Cluster } from "../../../kernel/transports/types.ts";
import { createLab, type Lab } from "../../../sdk/lab/index.ts";
import { loadCatalog } from "../../../vendor/pve-docs/index.ts";
import { ask } from "../../sdk/lab/client.ts";

let lab: Lab;

beforeAll(async () => {
  lab = await createLab({ seed: "small", speed: Number.POSITIVE_INFINITY });
});

afterAll(() => lab.close());

function tool(name: string, ...uses: string[]): HostedTool {
  // A report looks at nothing but name and uses.
  return { tool: { name, uses } } as unknown as HostedTool;
}

const clone = tool("x_vm_clone", "POST /nodes/{node}/qemu/{vmid}/clone");
const start = tool("x_vm_start", "POST /nodes/{node}/qemu/{vmid}/status/start");
const agent = tool("x_vm_exec", "POST /nodes/{node}/qemu/{vmid}/agent/exec");
const create = tool("x_vm_create", "POST /nodes/{node}/qemu");

/** A cluster that answers only what a token of the lab may do, and counts how often it is asked. */
function asToken(name: string) {
  let asked = 0;
  const rest = {
    read: async () => {
      asked += 1;
      return (await ask(lab, "GET", "/access/permissions", { as: name })).data;
    },
  };
  return { cluster: { rest } as unknown as Cluster, asked: () => asked };
}

describe("what tools take", () => {
  test("is told by path, for all inputs and for some", () => {
    const { required, further } = privilegeReport([create, start], loadCatalog("9.2"));
    expect(required).toEqual([
      { path: "/vms/{vmid}", privileges: ["VM.Allocate", "VM.Audit", "VM.PowerMgmt"] },
    ]);
    const storage = further.find(({ path }) => path === "/storage/{storage}");
    expect(storage?.privileges).toEqual(
      expect.arrayContaining(["Datastore.AllocateSpace", "Datastore.Audit"]),
    );
  });

  test("is to see a guest for what works on one, and only more to see for the rest", () => {
    const catalog = loadCatalog("9.2");
    const guestsOf = (part: "required" | "further", ...tools: readonly HostedTool[]) =>
      privilegeReport(tools, catalog)[part].find(({ path }) => path === "/vms/{vmid}")?.privileges ?? [];
    expect(guestsOf("required", start)).toEqual(["VM.Audit", "VM.PowerMgmt"]);
    expect(guestsOf("further", start)).toEqual([]);
    expect(guestsOf("required", create)).not.toContain("VM.Audit");
    expect(guestsOf("further", create)).toContain("VM.Audit");
  });

  test.each([
    ["8.4", "VM.Monitor"],
    ["9.2", "VM.GuestAgent.Unrestricted"],
  ])("differs per release: %s takes %s", (release, privilege) => {
    const { required } = privilegeReport([agent], loadCatalog(release));
    expect(required).toEqual([{ path: "/vms/{vmid}", privileges: ["VM.Audit", privilege] }]);
  });
});

describe("what an account lacks", () => {
  const unusable = async (name: string, tools: readonly HostedTool[]) => {
    const held = await ownPermissions(asToken(name).cluster);
    return privilegeReport(tools, loadCatalog("9.2"), held).unusable;
  };

  test("is nothing for root", async () => {
    expect(await unusable("root", [clone, start, agent, create])).toEqual([]);
  });

  test("is named with its path, where no path of that form has it", async () => {
    expect(await unusable("auditor", [start])).toEqual([
      { tool: "x_vm_start", missing: ["VM.PowerMgmt on /vms/{vmid}"] },
    ]);
    expect(await unusable("operator", [clone, start])).toEqual([]);
    expect(await unusable("separated", [start])).toHaveLength(1);
  });

  test("is the right to see guests as well, without which none is found", () => {
    const held = new Held(permissionsOf({ "/vms/100": { "VM.PowerMgmt": 1 } }));
    expect(privilegeReport([start, create], loadCatalog("9.2"), held).unusable).toEqual([
      { tool: "x_vm_start", missing: ["VM.Audit on /vms/{vmid} (to find the guest)"] },
      expect.objectContaining({ tool: "x_vm_create" }),
    ]);
  });

  test("comes out in lines, also where it could not be read", () => {
    const catalog = loadCatalog("9.2");
    const none = new Held(permissionsOf({}));
    expect(privilegeLines(privilegeReport([start], catalog, none), "pve")).toEqual([
      "Privileges that the shown tools take on pve (Proxmox VE 9.2):",
      "/vms/{vmid}: VM.Audit, VM.PowerMgmt",
      "Besides, for some inputs, and to see all there is:",
      "/nodes/{node}: Sys.Audit",
      "/pool/{pool}: Pool.Audit",
      "/storage/{storage}: Datastore.Audit",
      "The account cannot use, for want of:",
      "x_vm_start: VM.PowerMgmt on /vms/{vmid}; VM.Audit on /vms/{vmid} (to find the guest)",
    ]);
    expect(privilegeLines(privilegeReport([start], catalog), "pve").at(-1)).toBe(
      "What the account holds could not be read.",
    );
  });
});

test("an account's permissions are asked once, and again where they have to be fresh", async () => {
  const { cluster, asked } = asToken("auditor");
  await Promise.all([ownPermissions(cluster), ownPermissions(cluster)]);
  expect(asked()).toBe(1);
  await ownPermissions(cluster, { fresh: true });
  await ownPermissions(cluster);
  expect(asked()).toBe(2);
});

test("a failure is not kept", async () => {
  let fail = true;
  const rest = { read: async () => (fail ? Promise.reject(new Error("down")) : {}) };
  const cluster = { rest } as unknown as Cluster;
  await expect(ownPermissions(cluster)).rejects.toThrow("down");
  fail = false;
  expect((await ownPermissions(cluster)).holds("Sys.Audit", "/")).toBe(false);
});
