import { createServer, type Server } from "node:net";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "@jest/globals";
import type { Lab, RequestFault } from "../../sdk/lab/index.ts";
import { guestOf, powerOf, wholeState } from "./lab-view.ts";
import { Bench, jobOf, type Session, settingsFor, UNGUARDED, until } from "./support.ts";

const QUICK = { pollIntervalMs: 200 };
const LIMITS = {
  PROXMOX_MCP_REQUEST_TIMEOUT_MS: "1000",
  PROXMOX_MCP_INVENTORY_CACHE_MS: "0",
};

const bench = new Bench();
let lab: Lab;
let session: Session;
beforeAll(async () => {
  lab = await bench.lab({ speed: 1000 });
  session = await bench.server({ ...settingsFor(lab), ...UNGUARDED, ...LIMITS });
});
beforeEach(() => lab.faults.clear());
afterAll(() => bench.close());

const strike = (method: string, path: string, fault: RequestFault["fault"], times?: number) =>
  lab.faults.request({ method, path, fault, ...(times === undefined ? {} : { times }) });
const start = (vmid: number, more: object = {}) =>
  session.call("proxmox_vm_action", { vmid, action: "start", ...QUICK, ...more });
const stopped = (vmid: number) => {
  guestOf(lab, vmid).runtime = undefined;
};

describe("an API that is not there", () => {
  test("at the start: the server lists its tools, answers unreachable, and recovers", async () => {
    const port = await freePort();
    const away = await bench.server({
      ...settingsFor(lab),
      ...UNGUARDED,
      ...LIMITS,
      PROXMOX_API_PORT: String(port),
    });
    expect(await away.toolNames()).toContain("proxmox_vm_list");
    const refused = await away.refused("proxmox_vm_list");
    expect(refused.code).toBe("unreachable");
    expect(refused.text).toMatch(/connection refused[\s\S]*Retry: the same call can succeed later/);
    expect((await away.refused("proxmox_vm_action", { vmid: 112, action: "start" })).code).toBe(
      "unreachable",
    );

    const door = await forward(port, lab.port);
    expect((await away.ok("proxmox_vm_list")).text).toContain("web1");
    door.close();
  });

  test("later: answers unreachable while it is away, and works again afterwards", async () => {
    await session.ok("proxmox_vm_list");
    lab.power("pve1", "down");
    expect((await session.refused("proxmox_vm_list")).code).toBe("unreachable");
    expect((await start(112)).code).toBe("unreachable");
    lab.power("pve1", "online");
    await session.ok("proxmox_vm_list");
    expect(powerOf(lab, 112)).toBe("stopped");
  });

  test("a certificate that is not the pinned one prints what was offered and how to pin it", async () => {
    const pinned = await bench.server({
      ...{ ...settingsFor(lab), ...UNGUARDED },
      PROXMOX_TLS_FINGERPRINT: Array(32).fill("AB").join(":"),
    });
    const refused = await pinned.refused("proxmox_vm_list");
    expect(refused.code).toBe("unreachable");
    expect(refused.text).toContain(`PROXMOX_TLS_FINGERPRINT=${lab.fingerprint}`);
    expect(refused.text).toContain("Retry: ");
  });

  test("a certificate of an unknown authority is refused without a pin", async () => {
    const { PROXMOX_TLS_FINGERPRINT: _pin, ...unpinned } = settingsFor(lab);
    const verifying = await bench.server({ ...unpinned, ...UNGUARDED });
    expect((await verifying.refused("proxmox_vm_list")).text).toContain(lab.fingerprint);
  });

  test("a token that is not accepted is said to be one, and never shown", async () => {
    const wrong = await bench.server({
      ...{ ...settingsFor(lab), ...UNGUARDED },
      PROXMOX_API_TOKEN_SECRET: "canary-0000-wrong-secret",
    });
    const refused = await wrong.refused("proxmox_vm_list");
    expect(refused.text).toMatch(/did not accept the credentials[\s\S]*PROXMOX_API_TOKEN_/);
    expect(refused.text + wrong.stderr).not.toContain("canary-0000");
  });

  test("missing privileges name the privilege and where", async () => {
    const operator = await bench.server({ ...settingsFor(lab, "auditor"), ...UNGUARDED });
    const before = wholeState(lab);
    const refused = await operator.refused("proxmox_vm_action", { vmid: 112, action: "start" });
    expect(refused.code).toBe("forbidden");
    expect(refused.text).toContain("VM.PowerMgmt on /vms/112");
    expect(wholeState(lab)).toBe(before);
  });
});

describe("reads", () => {
  test("are tried again after a dropped connection and after 595, and succeed", async () => {
    strike("GET", "/cluster/resources", { kind: "dropped-before" }, 1);
    await session.ok("proxmox_vm_list");
    strike("GET", "/nodes/pve2/status", { kind: "status", status: 595, reason: "No route to host" }, 2);
    await session.ok("proxmox_node_get", { node: "pve2" });
  });

  test.each([
    ["never answered", { kind: "hung" }, "unreachable"],
    ["always dropped", { kind: "dropped-after" }, "unreachable"],
    ["answered 595 for ever", { kind: "status", status: 595, reason: "No route to host" }, "unreachable"],
    ["answered 500", { kind: "status", status: 500, reason: "got no worker" }, "upstream"],
    ["answered later than allowed", { kind: "slow", ms: 1500 }, "unreachable"],
  ] as const)("%s", async (_what, fault, code) => {
    strike("GET", "/nodes/pve2/status", fault);
    const refused = await session.refused("proxmox_node_get", { node: "pve2" });
    expect(refused.code).toBe(code);
    lab.faults.clear();
    await session.ok("proxmox_node_get", { node: "pve2" });
  });

  test("a slow answer is waited for", async () => {
    strike("GET", "/cluster/resources", { kind: "slow", ms: 300 }, 1);
    await session.ok("proxmox_vm_list");
  });

  test("one that the client cancels ends at once, and the server serves on", async () => {
    strike("GET", "/nodes/pve2/status", { kind: "hung" }, 1);
    const cancel = new AbortController();
    const call = session.call("proxmox_node_get", { node: "pve2" }, { signal: cancel.signal });
    setTimeout(() => cancel.abort(), 50);
    await expect(call).rejects.toThrow();
    await session.ok("proxmox_node_get", { node: "pve2" });
  });
});

describe("writes", () => {
  const path = "/nodes/pve3/qemu/112/status/start";

  test("lost after the work: the task is found, taken as ours, and followed", async () => {
    stopped(112);
    strike("POST", path, { kind: "dropped-after" }, 1);
    const answer = await start(112);
    expect(answer).toMatchObject({ isError: false });
    expect(answer.text).toMatch(/Its answer was not seen\. Task UPID:pve3:.*:qmstart:112:/);
    expect(powerOf(lab, 112)).toBe("running");
    expect(lab.tasks.all().filter(({ type, id }) => type === "qmstart" && id === "112")).toHaveLength(1);
  });

  test("an answer later than allowed is still taken", async () => {
    stopped(112);
    strike("POST", path, { kind: "slow", ms: 1500 }, 1);
    const answer = await start(112);
    expect(answer).toMatchObject({ isError: false });
    expect(powerOf(lab, 112)).toBe("running");
  });

  test.each([
    [
      "refused by a dead node (595)",
      { kind: "status", status: 595, reason: "No route to host" },
      "unreachable",
    ],
    ["refused with 500", { kind: "status", status: 500, reason: "got no worker" }, "upstream"],
  ] as const)("%s: not sent again, and nothing done", async (_what, fault, code) => {
    stopped(112);
    const tasks = lab.tasks.all().length;
    strike("POST", path, fault);
    const answer = await start(112);
    expect(answer.code).toBe(code);
    expect(lab.tasks.all()).toHaveLength(tasks);
    expect(powerOf(lab, 112)).toBe("stopped");
  });

  test("cancelled by the client while on the wire: finished by Proxmox VE, and the job knows", async () => {
    stopped(112);
    strike("POST", path, { kind: "slow", ms: 500 }, 1);
    const cancel = new AbortController();
    const call = start112(cancel.signal);
    await until(async () => (await runningJob()) ?? undefined).then(() => cancel.abort());
    await expect(call).rejects.toThrow();
    const { text } = await session.ok("job_list", { limit: 1 });
    const job = jobOf({ text, isError: false, code: undefined });
    await session.ok("job_wait", { job, timeoutMs: 20_000 });
    expect(powerOf(lab, 112)).toBe("running");
  });

  test("a synchronous change whose answer is lost is outcome_unknown, and is not sent again", async () => {
    stopped(112);
    strike("PUT", "/nodes/pve3/qemu/112/config", { kind: "dropped-after" }, 1);
    const unknown = await session.refused("proxmox_vm_update_config", { vmid: 112, cores: 7 });
    expect(unknown.code).toBe("outcome_unknown");
    expect(unknown.text).toContain("Do not repeat it blindly");
    expect(guestOf(lab, 112).config.get("cores")).toBe("7");
    strike("PUT", "/nodes/pve3/qemu/112/config", { kind: "dropped-before" }, 1);
    const before = await session.refused("proxmox_vm_update_config", { vmid: 112, cores: 9 });
    expect(before.code).toBe("outcome_unknown");
    expect(guestOf(lab, 112).config.get("cores")).toBe("7");
    expect((await session.ok("job_list", { state: "outcome_unknown" })).text.split("\n")).toHaveLength(2);
  });

  async function start112(signal: AbortSignal) {
    return session.call("proxmox_vm_action", { vmid: 112, action: "start", ...QUICK }, { signal });
  }

  async function runningJob(): Promise<string | undefined> {
    const { text } = await session.ok("job_list", { state: "running" });
    return text === "No jobs." ? undefined : text;
  }
});

test("a write that never reached the API, and of which no task is found, is outcome_unknown in time", async () => {
  const brief = await bench.server({
    ...settingsFor(lab),
    ...UNGUARDED,
    ...LIMITS,
    PROXMOX_MCP_TASK_TIMEOUT_MS: "1000",
  });
  strike("POST", "/nodes/pve2/qemu/110/status/start", { kind: "hung" }, 1);
  const unknown = await brief.refused("proxmox_vm_action", {
    vmid: 110,
    action: "start",
    ...QUICK,
    timeoutMs: 20_000,
  });
  expect(unknown.code).toBe("outcome_unknown");
  expect(unknown.text).toContain("No task that it started was found");
  expect((await brief.ok("job_get", { job: jobOf(unknown) })).text).toContain("outcome_unknown");
  expect(powerOf(lab, 110)).toBe("stopped");
});

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  await new Promise((resolve) => server.close(resolve));
  if (address === null || typeof address === "string") throw new Error("no port");
  return address.port;
}

/** Passes connections on to another port of this machine. */
async function forward(from: number, to: number): Promise<Server> {
  const { connect } = await import("node:net");
  const server = createServer((inward) => {
    const outward = connect(to, "127.0.0.1");
    inward.pipe(outward).pipe(inward);
    for (const socket of [inward, outward]) socket.on("error", () => socket.destroy());
  });
  await new Promise<void>((resolve) => server.listen(from, "127.0.0.1", resolve));
  return server;
}
