import { afterAll, beforeAll, beforeEach, describe, expect, test } from "@jest/globals";
import type { Lab } from "../../sdk/lab/index.ts";
import { powerOf, wholeState } from "./lab-view.ts";
import { Pipe } from "./pipe.ts";
import { Bench, type Human, type Session, settingsFor, UNGUARDED, until } from "./support.ts";

const STOP = { action: "stop", pollIntervalMs: 200 };

const bench = new Bench();
let lab: Lab;
let session: Session;
let human: Human;
const asked: Parameters<Human>[0][] = [];

beforeAll(async () => {
  lab = await bench.lab({ speed: 1000 });
  session = await start({}, async (question) => {
    asked.push(question);
    return human(question);
  });
});
beforeEach(() => {
  asked.length = 0;
  human = async () => ({ action: "decline" });
});
afterAll(() => bench.close());

function start(env: Record<string, string>, who?: Human) {
  const { PROXMOX_MCP_CONFIRM: _none, ...open } = UNGUARDED;
  return bench.server({ ...settingsFor(lab), ...open, ...env }, who);
}

describe("what is destructive is asked", () => {
  test("with tool, target, steps and what cannot be undone; the guest's name has to be typed", async () => {
    await session.refused("proxmox_vm_destroy", { vmid: 112, purge: true });
    expect(asked).toHaveLength(1);
    const { message = "", requestedSchema } = asked[0] ?? {};
    expect(message).toMatch(/proxmox_vm_destroy.*\nTargets: VM 112 \(scratch\) on pve3\n/);
    expect(message).toContain("1. DELETE /nodes/pve3/qemu/112 [destructive] purge=1");
    expect(message).toContain("Cannot be undone: step 1");
    expect(requestedSchema).toMatchObject({
      type: "object",
      properties: { confirm: { type: "string", title: "Type scratch to confirm" } },
      required: ["confirm"],
    });
  });

  test.each([
    ["a decline", async () => ({ action: "decline" as const })],
    ["a cancel", async () => ({ action: "cancel" as const })],
    ["an accept without content", async () => ({ action: "accept" as const })],
    [
      "a tick where a name is wanted",
      async () => ({ action: "accept" as const, content: { confirm: true } }),
    ],
    ["another name", async () => ({ action: "accept" as const, content: { confirm: "web2" } })],
    ["the VMID for the name", async () => ({ action: "accept" as const, content: { confirm: "101" } })],
    ["the name in another case", async () => ({ action: "accept" as const, content: { confirm: "WEB1" } })],
    ["a client that fails", async () => Promise.reject(new Error("no window"))],
  ] as const)("%s means no, and nothing runs", async (_what, answer) => {
    human = answer;
    const before = wholeState(lab);
    const refused = await session.refused("proxmox_vm_action", { vmid: 101, ...STOP });
    expect(refused.code).toBe("declined");
    expect(refused.text).toContain("Nothing was changed");
    expect(asked).toHaveLength(1);
    expect(wholeState(lab)).toBe(before);
  });

  test("the typed name means yes", async () => {
    human = async () => ({ action: "accept", content: { confirm: "web1" } });
    await session.ok("proxmox_vm_action", { vmid: 101, ...STOP });
    expect(powerOf(lab, 101)).toBe("stopped");
  });

  test("what is no guest has a name to type as well", async () => {
    const stopAll = { node: "pve2", action: "stopall", pollIntervalMs: 200 };
    human = async () => ({ action: "accept", content: { confirm: true } });
    expect((await session.refused("proxmox_node_action", stopAll)).code).toBe("declined");
    expect(powerOf(lab, 102)).toBe("running");
    human = async () => ({ action: "accept", content: { confirm: "pve2" } });
    await session.ok("proxmox_node_action", stopAll);
    expect(asked[1]?.requestedSchema).toMatchObject({
      properties: { confirm: { title: "Type pve2 to confirm" } },
    });
    expect(powerOf(lab, 102)).toBe("stopped");
  });

  test("a second call is no consent: it asks again", async () => {
    await session.refused("proxmox_vm_destroy", { vmid: 112 });
    await session.refused("proxmox_vm_destroy", { vmid: 112 });
    expect(asked).toHaveLength(2);
    expect(lab.state.guests.has(112)).toBe(true);
  });

  test("reads, writes and dry runs are not asked about", async () => {
    await session.ok("proxmox_vm_list");
    await session.ok("proxmox_vm_destroy", { vmid: 112, dryRun: true });
    await session.ok("proxmox_vm_update_config", { vmid: 112, cores: 3 });
    await session.ok("proxmox_api_call", { method: "GET", path: "/version" });
    expect(asked).toEqual([]);
  });

  test("what changed while the human thought is a conflict, and nothing runs", async () => {
    human = async () => {
      const guest = lab.state.guests.get(104);
      guest?.config.set("name", "renamed");
      if (guest !== undefined) guest.node = "pve1";
      return { action: "accept", content: { confirm: "win1" } };
    };
    const tasks = lab.tasks.all().length;
    const refused = await session.refused("proxmox_vm_destroy", { vmid: 104 });
    expect(refused.code).toBe("conflict");
    expect(lab.tasks.all()).toHaveLength(tasks);
    expect(lab.state.guests.has(104)).toBe(true);
  });
});

describe("a human who does not answer", () => {
  test("means no when the time is over; progress is sent meanwhile", async () => {
    const patient = await start(
      { PROXMOX_MCP_CONFIRM_TIMEOUT_MS: "1000" },
      () => new Promise(() => undefined),
    );
    const before = wholeState(lab);
    const messages: string[] = [];
    const refused = await patient.call(
      "proxmox_vm_destroy",
      { vmid: 112 },
      { onprogress: (text) => messages.push(text) },
    );
    expect(refused.code).toBe("declined");
    expect(refused.text).toContain("Nobody answered");
    expect(messages[0]).toMatch(/Waiting for a human/);
    expect(wholeState(lab)).toBe(before);
  });

  test("a call that is cancelled while asked runs nothing, even if the yes comes later", async () => {
    const cancel = new AbortController();
    let answer: (yes: { action: "accept"; content: { confirm: string } }) => void = () => undefined;
    human = () => {
      cancel.abort();
      return new Promise((resolve) => {
        answer = resolve;
      });
    };
    const before = wholeState(lab);
    await expect(
      session.call("proxmox_vm_destroy", { vmid: 112 }, { signal: cancel.signal }),
    ).rejects.toThrow();
    answer({ action: "accept", content: { confirm: "scratch" } });
    await session.ok("proxmox_vm_list");
    expect(wholeState(lab)).toBe(before);
  });

  test("a client that goes away while asked leaves everything as it is", async () => {
    const pipe = bench.closing(
      new Pipe({
        ...settingsFor(lab),
        ...UNGUARDED,
        PROXMOX_MCP_CONFIRM: "destructive",
        PROXMOX_MCP_STATE_DIR: bench.folder(),
      }),
    );
    await pipe.initialize({ elicitation: {} });
    const before = wholeState(lab);
    pipe.send({
      id: 1,
      method: "tools/call",
      params: { name: "proxmox_vm_destroy", arguments: { vmid: 112 } },
    });
    await pipe.message(({ method }) => method === "elicitation/create");
    expect(await pipe.close()).toBe(0);
    expect(wholeState(lab)).toBe(before);
  });
});

describe("PROXMOX_MCP_CONFIRM", () => {
  test("write asks for writes as well, without a name to type", async () => {
    const careful = await start({ PROXMOX_MCP_CONFIRM: "write" }, async (question) => {
      asked.push(question);
      return { action: "accept", content: { confirm: true } };
    });
    await careful.ok("proxmox_vm_update_config", { vmid: 112, cores: 4 });
    expect(asked).toHaveLength(1);
    expect(asked[0]?.message).toContain("cores=4");
    expect(asked[0]?.message).not.toContain("Cannot be undone");
    await careful.ok("proxmox_vm_list");
    expect(asked).toHaveLength(1);
  });

  test("none asks nobody", async () => {
    const free = await start({ PROXMOX_MCP_CONFIRM: "none" }, async (question) => {
      asked.push(question);
      return { action: "decline" };
    });
    await free.ok("proxmox_vm_action", { vmid: 103, ...STOP });
    expect(asked).toEqual([]);
    expect(powerOf(lab, 103)).toBe("stopped");
  });
});

test("a client that cannot ask gets confirmation_required, however often it calls", async () => {
  const mute = await start({});
  const before = wholeState(lab);
  for (let times = 0; times < 3; times += 1) {
    const refused = await mute.refused("proxmox_vm_destroy", { vmid: 112 });
    expect(refused.code).toBe("confirmation_required");
    expect(refused.text).toMatch(/elicitation[\s\S]*PROXMOX_MCP_CONFIRM=none/);
  }
  expect(wholeState(lab)).toBe(before);
});

test("the secrets of a change are not in the question", async () => {
  const careful = await start({ PROXMOX_MCP_CONFIRM: "write" }, async (question) => {
    asked.push(question);
    return { action: "decline" };
  });
  await careful.refused("proxmox_vm_update_config", { vmid: 112, cipassword: "canary-cipassword" });
  await until(() => (asked.length > 0 ? true : undefined));
  expect(asked[0]?.message).toContain("cipassword=");
  expect(asked[0]?.message).not.toContain("canary-cipassword");
});
