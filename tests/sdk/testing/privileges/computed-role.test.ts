import { describe, expect, test } from "@jest/globals";
import {
  computedRole,
  formOfGrant,
  type NotedRequest,
  nameOfGrant,
} from "../../../../sdk/testing/privileges/computed-role.ts";
import { loadCatalog } from "../../../../vendor/pve-docs/index.ts";

const catalog = loadCatalog("9.2");
const CONFIG = "/nodes/{node}/qemu/{vmid}/config";
const at = { node: "pve1", vmid: "100" };

function noted(key: string, params: object, ...asked: [privilege: string, path: string][]): NotedRequest {
  const pairs = asked.map(([privilege, path]) => [`${privilege} on ${path}`, { privilege, path }] as const);
  return { key, params: { ...params }, asked: new Map(pairs) };
}

function roleOf(...requests: NotedRequest[]) {
  const { firm, partial, soft } = computedRole(requests, catalog, () => true);
  return { firm: firm.map(nameOfGrant), partial: partial.map(nameOfGrant), soft: soft.map(nameOfGrant) };
}

describe("the computed role", () => {
  test("has what requests declare and what their parameters add", () => {
    expect(roleOf(noted(`GET ${CONFIG}`, at), noted(`PUT ${CONFIG}`, { ...at, memory: "512" }))).toEqual({
      firm: ["VM.Config.Memory on /vms/100", "VM.Audit on /vms/100"].toSorted((a) =>
        a.startsWith("VM.Config") ? -1 : 1,
      ),
      partial: [],
      soft: [],
    });
  });

  test("takes of several privileges one that is there anyway", () => {
    const { firm } = roleOf(noted(`PUT ${CONFIG}`, { ...at, ciuser: "x", net0: "virtio" }));
    expect(firm).toContain("VM.Config.Network on /vms/100");
    expect(firm).not.toContain("VM.Config.Cloudinit on /vms/100");
  });

  test("fills what hangs on the cluster from what the cluster looked for, also in a task later on", () => {
    const clone = noted("POST /nodes/{node}/qemu/{vmid}/clone", { ...at, newid: "101" });
    const poll = noted("GET /nodes/{node}/tasks/{upid}/status", { node: "pve1", upid: "UPID:…" }, [
      "SDN.Use",
      "/sdn/zones/localnetwork/vmbr0",
    ]);
    expect(roleOf(clone).firm).not.toContain("SDN.Use on /sdn/zones/localnetwork/vmbr0");
    expect(roleOf(clone, poll).firm).toContain("SDN.Use on /sdn/zones/localnetwork/vmbr0");
    expect(
      computedRole([clone, poll], catalog, () => true).firm.find(({ privilege }) => privilege === "SDN.Use"),
    ).toMatchObject({
      maybe: true,
    });
  });

  test("keeps apart what lists leave out, as far as the call changes something", () => {
    const list = noted("GET /cluster/resources", {}, ["VM.Audit", "/vms/100"]);
    const stop = noted("POST /nodes/{node}/qemu/{vmid}/status/stop", at);
    expect(roleOf(list, stop)).toMatchObject({ soft: ["VM.Audit on /vms/100"], partial: [] });
    expect(roleOf(list)).toMatchObject({ soft: [], partial: ["VM.Audit on /vms/100"] });
    const past = computedRole([list], catalog, () => true, true);
    expect([past.soft.map(nameOfGrant), past.partial]).toEqual([["VM.Audit on /vms/100"], []]);
  });

  test("can do without reads that the tool does not need by its own word", () => {
    const { firm } = computedRole([noted(`GET ${CONFIG}`, at)], catalog, () => false);
    expect(firm).toMatchObject([{ privilege: "VM.Audit", path: "/vms/100", maybe: true }]);
  });

  test.each([
    ["/vms/100", "/vms/{vmid}"],
    ["/storage/nfs", "/storage/{storage}"],
    ["/sdn/zones/localnetwork/vmbr0/20", "/sdn/zones/localnetwork/{vnet}"],
    ["/access", "/access"],
  ])("names %s by its form", (path, form) => {
    expect(formOfGrant({ privilege: "P", path })).toBe(`P on ${form}`);
  });
});
