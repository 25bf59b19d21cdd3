import { describe, expect, test } from "@jest/globals";
import { readByCommand } from "../../../kernel/call/read-command.ts";
import type { NodeCommand } from "../../../kernel/transports/ssh/types.ts";
import type { ReadParams } from "../../../sdk/reader.ts";
import { loadCatalog } from "../../../vendor/pve-docs/index.ts";
import { fakeCluster, type HarnessState } from "./fakes.ts";

interface World {
  /** By path, with 1 for what is held with propagation. */
  readonly permissions?: object | Error;
  readonly isRootLogin?: boolean;
}

function world({ permissions = { "/vms": { "VM.Audit": 1 } }, isRootLogin = false }: World = {}) {
  const state: HarnessState = { guests: [], auditFails: false, forgotten: 0, endJob: (job) => job };
  const answer = () => {
    if (permissions instanceof Error) throw permissions;
    return permissions;
  };
  const { rest, ssh } = fakeCluster({ answer, requests: [], state, release: "9.2" });
  const ran: (readonly string[])[] = [];
  const run = async (_node: string, { argv }: NodeCommand) => {
    ran.push(argv);
    const output = (text: string) => ({ bytes: Buffer.from(text), size: text.length });
    return { exitCode: 0, stdout: output("#cloud-config\nuser: admin\n"), stderr: output("") };
  };
  const { signal } = new AbortController();
  const parts = { access: { rest, ssh: { ...ssh, run } }, catalog: loadCatalog("9.2"), isRootLogin, signal };
  const read = (command: string, params: ReadParams) =>
    readByCommand({ node: "pve1", command, params }, parts);
  return { read, ran };
}

const DUMP = "qm cloudinit dump";

describe("a command that only looks", () => {
  test("runs where the account holds what the API asks for the same", async () => {
    const { read, ran } = world();
    expect(await read(DUMP, { vmid: 100, type: "user" })).toBe("#cloud-config\nuser: admin");
    expect(ran).toEqual([["qm", "cloudinit", "dump", "100", "user"]]);
  });

  test.each<[string, World]>([
    ["holds nothing", { permissions: {} }],
    ["holds another right", { permissions: { "/vms": { "VM.PowerMgmt": 1 } } }],
    ["holds it on another guest", { permissions: { "/vms/101": { "VM.Audit": 1 } } }],
    ["does not tell what it holds", { permissions: new Error("no answer") }],
  ])("does not go around Proxmox VE's rules for an account that %s", async (_, given) => {
    const { read, ran } = world(given);
    await expect(read(DUMP, { vmid: 100, type: "user" })).rejects.toMatchObject({ code: "forbidden" });
    expect(ran).toEqual([]);
  });

  test("needs no look at the rights of root@pam itself", async () => {
    const { read, ran } = world({ permissions: {}, isRootLogin: true });
    await read(DUMP, { vmid: 100, type: "user" });
    expect(ran).toHaveLength(1);
  });

  test.each<[string, ReadParams, string]>([
    ["qm set", { vmid: 100, memory: 512 }, "invalid_plan"],
    ["qm showcmd", { vmid: 100 }, "invalid_plan"],
    ["pvesh delete", { api_path: "/nodes/pve1/qemu/100" }, "invalid_plan"],
    [DUMP, { vmid: 100, type: "vendor" }, "invalid_input"],
    [DUMP, { vmid: 100 }, "invalid_input"],
    ["qm nonsense", {}, "not_found"],
  ])("%s with %j is none: %s", async (command, params, code) => {
    const { read, ran } = world({ isRootLogin: true });
    await expect(read(command, params)).rejects.toMatchObject({ code });
    expect(ran).toEqual([]);
  });
});
