import { afterAll, beforeAll, expect, test } from "@jest/globals";
import type { Lab } from "../../sdk/lab/index.ts";
import { wholeState } from "./lab-view.ts";
import { Bench, settingsFor, sshSettingsFor, UNGUARDED } from "./support.ts";

const bench = new Bench();
const VOLID = "local:snippets/user-data.yaml";
const PLACE = { storage: "local", node: "pve2", name: "user-data.yaml" };
let lab: Lab;
let ssh: Record<string, string>;

beforeAll(async () => {
  lab = await bench.lab({ speed: 1000 });
  ssh = await sshSettingsFor(lab);
  const session = await server({});
  await session.ok("proxmox_vm_update_config", { vmid: 103, cicustom: `user=${VOLID}` });
});
afterAll(() => bench.close());

function server(more: Record<string, string>, token?: string) {
  return bench.server({
    ...settingsFor(lab, token),
    ...UNGUARDED,
    ...ssh,
    PROXMOX_MCP_ACCESS: "write",
    ...more,
  });
}

test("a rule about a guest holds for the snippets that it takes, and for no others", async () => {
  const session = await server({ PROXMOX_MCP_POLICY: "deny vmid=103" });
  const before = wholeState(lab);
  const refused = await session.refused("proxmox_cloud_init_snippet_put", {
    ...PLACE,
    content: "#cloud-config\n",
  });
  expect([refused.code, refused.text]).toEqual(["denied", expect.stringContaining("VM 103 (db1)")]);
  expect(wholeState(lab)).toBe(before);
  await session.ok("proxmox_cloud_init_snippet_put", {
    ...PLACE,
    name: "b.yaml",
    content: "#cloud-config\n",
  });
});

test("rules see the path of the file itself", async () => {
  const session = await server({ PROXMOX_MCP_POLICY: "deny path=/var/lib/vz/snippets" });
  const content = "#cloud-config\n";
  const refused = await session.refused("proxmox_cloud_init_snippet_put", { ...PLACE, content });
  expect([refused.code, refused.text]).toEqual(["denied", expect.stringContaining("rule 1")]);
  await session.ok("proxmox_cloud_init_snippet_put", { storage: "nfs", name: "c.yaml", content });
});

test("without SSH snippets are listed and no more, and a raw device says what to set up", async () => {
  const off = Object.fromEntries(Object.keys(ssh).map((name) => [name, ""]));
  const session = await server(off);
  const names = await session.toolNames();
  expect(names.filter((name) => name.includes("snippet"))).toEqual(["proxmox_cloud_init_snippet_list"]);
  expect((await session.ok("proxmox_cloud_init_snippet_list")).text).toContain(VOLID);
  const hidden = await session.refused("proxmox_cloud_init_snippet_get", PLACE);
  expect([hidden.code, hidden.text]).toEqual(["denied", expect.stringContaining("needs SSH to the nodes")]);
  expect(names).toContain("proxmox_vm_pci_attach");
  const raw = await session.refused("proxmox_vm_pci_attach", { vmid: 104, host: "0000:01:00.0" });
  expect([raw.code, raw.text]).toEqual([
    "unsupported",
    expect.stringContaining("PROXMOX_SHELL_SSH_PRIVATE_KEY_PATH"),
  ]);
});

test("an account without the right on the storage reads no snippet by SSH either", async () => {
  const names = Object.keys(lab.tokens).filter((name) => name !== "root");
  const codes = new Set<string | undefined>();
  for (const token of names) {
    const session = await server({}, token);
    codes.add((await session.refused("proxmox_cloud_init_snippet_get", PLACE)).code);
  }
  expect(names.length).toBeGreaterThan(0);
  expect([...codes].filter((code) => code !== "forbidden" && code !== "not_found")).toEqual([]);
});
