import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import { createLab, type Lab, type LabCall } from "../../../sdk/lab/index.ts";
import { ask } from "./client.ts";

let lab: Lab;
beforeAll(async () => {
  lab = await createLab({ refusalDelay: 0 });
});
afterAll(async () => lab.close());

describe("a lab", () => {
  test("begins anew behind the same address, with the same certificate and tokens", async () => {
    const { url, fingerprint, tokens } = lab;
    await ask(lab, "POST", "/pools", { body: "poolid=a" });
    expect(lab.state.pools.has("a")).toBe(true);
    lab.reset();
    expect({ url: lab.url, fingerprint: lab.fingerprint, tokens: lab.tokens }).toEqual({
      ...{ url, fingerprint, tokens },
    });
    expect(await ask(lab, "GET", "/pools/a")).not.toMatchObject({ status: 200 });
  });

  test("is idle as long as nothing is going to change by itself", async () => {
    lab.reset();
    expect(lab.isIdle()).toBe(true);
    const { data } = await ask(lab, "POST", "/nodes/pve1/qemu/101/status/stop");
    expect(lab.isIdle()).toBe(false);
    await lab.tasks.ended(String(data));
    expect(lab.isIdle()).toBe(true);
  });

  test("lets time go by at once, until it begins anew", async () => {
    const time = async () => {
      const { data } = await ask(lab, "GET", "/nodes/pve1/time");
      return (data as { time: number }).time;
    };
    lab.reset();
    const before = await time();
    lab.pass(3_600_000);
    expect((await time()) - before).toBeGreaterThanOrEqual(3600);
    lab.reset();
    expect((await time()) - before).toBeLessThan(3600);
  });

  test("tells of calls that reached the API, and of nobody's who was not let in", async () => {
    const calls: LabCall[] = [];
    lab.onCall = (call) => void calls.push(call);
    await ask(lab, "GET", "/nodes/pve1/qemu/101/config?current=1");
    await ask(lab, "POST", "/pools", { as: "auditor", body: "poolid=b" });
    await ask(lab, "GET", "/version", { as: "none" });
    lab.onCall = undefined;
    await ask(lab, "GET", "/version");
    expect(calls).toEqual([
      {
        key: "GET /nodes/{node}/qemu/{vmid}/config",
        params: { node: "pve1", vmid: "101", current: "1" },
        caller: "root@pam!mcp",
        refusal: undefined,
      },
      {
        ...{ key: "POST /pools", params: { poolid: "b" }, caller: lab.tokens.auditor?.id },
        refusal: expect.stringContaining("Permission check failed"),
      },
    ]);
  });
});
