import { afterAll, beforeAll, beforeEach, expect, test } from "@jest/globals";
import type { Lab } from "../../sdk/lab/index.ts";
import { Bench, settingsFor, sshSettingsFor, UNGUARDED } from "./support.ts";

const bench = new Bench();
const DUMP = "proxmox_vm_cloud_init_dump";
let lab: Lab;
let ssh: Record<string, string>;

beforeAll(async () => {
  lab = await bench.lab({ speed: 1000 });
  ssh = await sshSettingsFor(lab);
  const session = await server();
  const drive = { ide2: "local-lvm:cloudinit", ciuser: "admin", cipassword: "correct horse" };
  await session.ok("proxmox_vm_update_config", { vmid: 104, ...drive });
});
beforeEach(() => lab.faults.clear());
afterAll(() => bench.close());

function server(more: Record<string, string> = {}) {
  return bench.server({ ...settingsFor(lab), ...UNGUARDED, ...ssh, ...more });
}

/** The API of a node's VMs does not answer, as when its proxy is down; its SSH does. */
function proxyDown(): void {
  lab.faults.request({
    path: "/nodes/pve3/qemu/",
    fault: { kind: "status", status: 595, reason: "No route to host" },
  });
}

test("the data is read on the node where its API is not reached, and it is said so", async () => {
  const session = await server();
  const before = await session.ok(DUMP, { vmid: 104, type: "user" });
  proxyDown();
  const after = await session.ok(DUMP, { vmid: 104, type: "user" });
  expect(after.text).toContain("user: admin");
  expect(after.text).toContain("qm cloudinit dump on the node said, by SSH");
  expect(before.text).not.toContain("by SSH");
  // The hash of the password is masked on either way.
  for (const { text } of [before, after]) expect(text).not.toMatch(/\$5\$/);
  expect((await session.refused(DUMP, { vmid: 110, type: "user" })).code).toBe("conflict");
});

test("without SSH the error stays what it is", async () => {
  const session = await server(Object.fromEntries(Object.keys(ssh).map((name) => [name, ""])));
  await session.ok(DUMP, { vmid: 104, type: "user" });
  proxyDown();
  expect((await session.refused(DUMP, { vmid: 104, type: "user" })).code).toBe("unreachable");
});
