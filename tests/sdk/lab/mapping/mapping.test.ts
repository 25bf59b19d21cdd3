import { afterEach, beforeEach, expect, test } from "@jest/globals";
import { LabClient } from "../qemu/client.ts";

const PCI = "/cluster/mapping/pci";
// What the seed holds.
const HERE = { id: "accelerator", checks: [] };
const THERE = {
  id: "accelerator-pve2",
  checks: [{ severity: "warning", message: "No mapping for node pve1." }],
};
const GPU = "node=pve1,path=0000:01:00.0,id=10de:1db6,iommugroup=12,subsystem-id=10de:124a";
let client: LabClient;
beforeEach(async () => {
  client = await LabClient.start();
});
afterEach(() => client.close());

test("a PCI mapping is kept, changed under its digest, and deleted without a question", async () => {
  await client.ok("POST", PCI, { id: "gpu", map: GPU, mdev: 1, description: "a" });
  const { digest, ...mapping } = await client.fields(`${PCI}/gpu`);
  expect(mapping).toEqual({ type: "pci", map: [GPU], mdev: 1, description: "a" });
  expect((await client.call("POST", PCI, { id: "gpu", map: GPU })).message).toBe(
    "create hardware mapping failed: pci ID 'gpu' already defined",
  );
  await client.ok("PUT", `${PCI}/gpu`, { map: GPU, delete: "mdev", digest });
  expect((await client.call("PUT", `${PCI}/gpu`, { map: GPU, digest })).message).toContain(
    "detected modified configuration",
  );
  expect((await client.call("PUT", `${PCI}/gpu`, { description: "b" })).message).toBe(
    "update hardware mapping failed: missing value for required option 'map'",
  );
  await client.ok("DELETE", `${PCI}/gpu`);
  expect((await client.call("DELETE", `${PCI}/gpu`)).status).toBe(200);
  expect((await client.call("GET", `${PCI}/gpu`)).message).toBe("mapping 'gpu' not found");
});

test("a node says what is wrong with the entries for it", async () => {
  const wrong = GPU.replace("1db6", "ffff").replace("pve1", "pve2");
  await client.ok("POST", PCI, { id: "gpu", map: GPU });
  await client.ok("POST", PCI, { id: "old", map: wrong });
  expect(await client.rows(PCI, { "check-node": "pve1" })).toMatchObject([
    HERE,
    THERE,
    { id: "gpu", checks: [] },
    { id: "old", checks: [{ severity: "warning", message: "No mapping for node pve1." }] },
  ]);
  expect(await client.rows(PCI, { "check-node": "pve2" })).toMatchObject([
    { id: "accelerator", checks: [{ severity: "warning" }] },
    { id: "accelerator-pve2", checks: [] },
    { id: "gpu", checks: [{ severity: "warning" }] },
    {
      id: "old",
      checks: [
        {
          severity: "error",
          message: "Invalid configuration: 'id' does not match for 'old' (10de:1db6 != 10de:ffff)\n",
        },
      ],
    },
  ]);
  await client.ok("POST", "/cluster/mapping/usb", { id: "key", map: "node=pve1,id=1234:5678" });
  expect(await client.rows("/cluster/mapping/usb", { "check-node": "pve1" })).toMatchObject([
    { errors: [{ message: "Invalid configuration: usb device '1234:5678' not found\n" }] },
  ]);
});

test("a directory must be there, and be named once a node", async () => {
  const make = async (map: string): Promise<string> =>
    (await client.call("POST", "/cluster/mapping/dir", { id: "dd", map })).message;
  expect(await make("node=pve1,path=/nowhere")).toBe("Path /nowhere does not exist");
  expect(await make("node=pve2,path=/nowhere")).toBe("");
  await client.ok("DELETE", "/cluster/mapping/dir/dd");
  expect(await make("node=pve1,path=/var/lib/vz")).toBe("");
});

test("only mappings that the caller has rights on are listed", async () => {
  for (const id of ["aa", "bb"]) await client.ok("POST", PCI, { id, map: GPU });
  await client.ok("POST", "/access/roles", { roleid: "MapUser", privs: "Mapping.Use" });
  await client.ok("PUT", "/access/acl", { path: "/mapping/pci/aa", roles: "MapUser", users: "operator@pve" });
  expect(await client.as("operator").rows(PCI)).toMatchObject([{ id: "aa" }]);
  expect((await client.call("GET", `${PCI}/bb`)).status).toBe(403);
});
