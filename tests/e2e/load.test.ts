import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import type { Lab } from "../../sdk/lab/index.ts";
import { allText, auditLines, chainStates } from "./audit-files.ts";
import { guestOf } from "./lab-view.ts";
import { type Message, Pipe } from "./pipe.ts";
import { Bench, settingsFor, UNGUARDED } from "./support.ts";

const bench = new Bench();
let lab: Lab;
beforeAll(async () => {
  lab = await bench.lab({ speed: 1000 });
});
afterAll(() => bench.close());

/** A server and everything that goes through its pipe. */
async function open(env: Record<string, string> = {}): Promise<{ pipe: Pipe; stateDir: string }> {
  const stateDir = bench.folder();
  const pipe = bench.closing(
    new Pipe({ ...settingsFor(lab), ...UNGUARDED, PROXMOX_MCP_STATE_DIR: stateDir, ...env }),
  );
  await pipe.initialize();
  return { pipe, stateDir };
}

const call = (pipe: Pipe, id: string, name: string, args: object): Promise<Message> =>
  pipe.request(id, "tools/call", { name, arguments: args, _meta: { progressToken: id } });

describe("500 calls at once", () => {
  const CALLS = 500;
  const KINDS: readonly ((index: number) => { name: string; args: object; fails?: boolean })[] = [
    (index) => ({ name: "proxmox_vm_get", args: { vmid: [101, 102, 103, 104][index % 4] } }),
    () => ({ name: "proxmox_inventory_overview", args: {} }),
    (index) => ({ name: "proxmox_node_get", args: { node: `pve${(index % 3) + 1}` } }),
    () => ({ name: "proxmox_vm_get", args: { vmid: 999 }, fails: true }),
    () => ({ name: "proxmox_no_such_tool", args: {}, fails: true }),
    (index) => ({
      name: "proxmox_vm_create",
      args: { node: `pve${(index % 3) + 1}`, vmid: 2000 + index, name: `load-${index}`, pollIntervalMs: 200 },
    }),
    () => ({ name: "proxmox_capabilities", args: {} }),
    (index) => ({ name: "proxmox_vm_clone", args: { vmid: 104, newid: 3000 + index, dryRun: true } }),
    () => ({ name: "job_list", args: { limit: 3 } }),
    () => ({ name: "proxmox_api_call", args: { method: "GET", path: "/version" } }),
  ];

  test("are all answered, each with its own answer, and all that was made is there", async () => {
    const { pipe, stateDir } = await open();
    const calls = Array.from({ length: CALLS }, (_, index) => {
      const made = KINDS[index % KINDS.length]?.(index);
      if (made === undefined) throw new Error("no such kind");
      return { id: `call-${index}`, ...made };
    });
    const answers = await Promise.all(calls.map(({ id, name, args }) => call(pipe, id, name, args)));
    const wrong = answers.flatMap(({ id, result, error }, index) => {
      const wanted = calls[index];
      const right = id === wanted?.id && error === undefined && result?.isError === (wanted?.fails === true);
      return right ? [] : [{ wanted, got: error ?? result?.content?.[0]?.text }];
    });
    expect(wrong).toEqual([]);
    for (const [index, { result }] of answers.entries()) {
      const { args } = calls[index] ?? {};
      const vmid = args !== undefined && "vmid" in args ? String(args.vmid) : "";
      expect(result?.content?.[0]?.text).toContain(vmid);
    }
    const made = [...lab.state.guests.values()].filter((guest) =>
      guest.config.get("name")?.startsWith("load-"),
    );
    expect(made).toHaveLength(CALLS / KINDS.length);

    expect(await pipe.close()).toBe(0);
    const lines = auditLines(stateDir);
    expect(lines.filter(({ event }) => event === "before")).toHaveLength(CALLS / KINDS.length);
    expect(lines.filter(({ event, outcome }) => event === "after" && outcome === "succeeded")).toHaveLength(
      CALLS / KINDS.length,
    );
    expect(new Set(lines.flatMap(({ callId }) => callId ?? [])).size).toBe(CALLS);
    expect(Object.values(chainStates(stateDir))).toEqual(["intact"]);
  }, 60_000);
});

describe("a secret", () => {
  const PASSWORD = "canary-Passw0rd-of-a-guest";
  const CIPASSWORD = "canary-c1password;&=%";
  const KEY =
    "-----BEGIN OPENSSH PRIVATE KEY-----\ncanarykeycanarykeycanarykey\n-----END OPENSSH PRIVATE KEY-----";

  test("appears in no stream, no file and no answer, whatever the call and however it fails", async () => {
    const secret = lab.tokens.root?.secret ?? "";
    const { pipe, stateDir } = await open({ PROXMOX_MCP_LOG_LEVEL: "debug" });
    const echo = lab.tasks.start(
      { node: "pve1", type: "vzdump", id: "101", user: "root@pam!mcp" },
      (task) => {
        task.log(`Authorization: PVEAPIToken=root@pam!mcp=${secret}`);
        throw new Error(`cannot log in with ${secret}`);
      },
    );
    await lab.tasks.ended(echo);
    guestOf(lab, 112).config.set("description", `the token is ${secret}`);
    guestOf(lab, 111).config.set("cipassword", "canary-stored-secret");
    lab.faults.task({ type: "qmcreate", id: "4001", exitstatus: `token ${secret} refused` });
    lab.faults.request({
      method: "PUT",
      path: "/nodes/pve2/qemu/110/config",
      fault: { kind: "status", status: 500, reason: `bad token ${secret}` },
    });

    const update = { vmid: 112, cipassword: CIPASSWORD, pollIntervalMs: 200 };
    const create = { node: "pve1", cipassword: CIPASSWORD, pollIntervalMs: 200 };
    const calls: readonly (readonly [string, object])[] = [
      ["proxmox_vm_update_config", { ...update, dryRun: true }],
      ["proxmox_vm_update_config", update],
      ["proxmox_vm_update_config", { ...update, vmid: 110 }],
      ["proxmox_vm_update_config", { ...update, cores: "many" }],
      ["proxmox_vm_update_config", { vmid: 112, cipassword: { nested: CIPASSWORD } }],
      ["proxmox_vm_create", { ...create, vmid: 4000 }],
      ["proxmox_vm_create", { ...create, vmid: 4001 }],
      ["proxmox_vm_get", { vmid: 112 }],
      ["proxmox_vm_get", { vmid: 111 }],
      ["proxmox_vm_get", { vmid: secret }],
      ["proxmox_task_get", { upid: echo }],
      ["proxmox_task_list", { node: "pve1" }],
      ["proxmox_api_call", { method: "GET", path: "/nodes/pve3/qemu/111/config" }],
      [
        "proxmox_api_call",
        { method: "PUT", path: "/access/password", params: { userid: "operator@pve", password: PASSWORD } },
      ],
      [
        "proxmox_api_call",
        { method: "POST", path: "/access/users", params: { userid: "new@pve", password: PASSWORD } },
      ],
      [
        "proxmox_api_call",
        { method: "POST", path: "/access/ticket", params: { username: "root@pam", password: PASSWORD } },
      ],
      [
        "proxmox_api_call",
        { method: "POST", path: "/nodes/pve1/certificates/custom", params: { certificates: "x", key: KEY } },
      ],
      ["proxmox_no_such_tool", { password: PASSWORD }],
      ["proxmox_capabilities", {}],
      ["job_list", {}],
    ];
    const answers: string[] = [];
    for (const [index, [name, args]] of calls.entries()) {
      const { result, error } = await call(pipe, `secret-${index}`, name, args);
      expect([name, error]).toEqual([name, undefined]);
      answers.push(result?.content?.[0]?.text ?? "");
    }
    for (const job of new Set(answers.join("\n").match(/j_[0-9a-f]{24}/g))) {
      await call(pipe, `logs-${job}`, "job_logs", { job });
      await call(pipe, `get-${job}`, "job_get", { job });
    }
    expect(await pipe.close()).toBe(0);

    // The change was really made, with the secret that nobody saw.
    expect(lab.state.guests.get(4000)?.config.get("cipassword")).toBeDefined();
    const everything = [pipe.stdout, pipe.stderr, allText(stateDir)].join("\n");
    expect(everything).toContain("proxmox_vm_update_config");
    for (const canary of [secret, PASSWORD, CIPASSWORD, "canarykeycanary", "canary-stored-secret"]) {
      for (const form of [canary, encodeURIComponent(canary), Buffer.from(canary).toString("base64")]) {
        const at = everything.indexOf(form);
        expect(at === -1 ? "nowhere" : everything.slice(Math.max(0, at - 200), at + 60)).toBe("nowhere");
      }
    }
  }, 60_000);
});
