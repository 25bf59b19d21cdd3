import { afterAll, beforeAll, beforeEach, describe, expect, test } from "@jest/globals";
import { createLab, type Lab } from "../../../../sdk/lab/index.ts";
import { stateDigest } from "../../../../sdk/testing/privileges/state-digest.ts";
import { TokenRights } from "../../../../sdk/testing/privileges/token-rights.ts";
import { ask } from "../../lab/client.ts";

let lab: Lab;
beforeAll(async () => {
  lab = await createLab({ refusalDelay: 0 });
});
beforeEach(() => lab.reset());
afterAll(async () => lab.close());

const GRANT = { orElse: [], maybe: false };

describe("rights of the lab's token", () => {
  test("are exactly those that are granted, and everything again afterwards, with nothing left of it", async () => {
    const before = stateDigest(lab);
    const rights = new TokenRights(lab);
    rights.only([{ ...GRANT, path: "/vms/101", privilege: "VM.Audit" }]);
    expect(await ask(lab, "GET", "/nodes/pve1/qemu/101/config")).toMatchObject({ status: 200 });
    expect(await ask(lab, "GET", "/nodes/pve1/qemu/103/config")).toMatchObject({ status: 403 });
    rights.full();
    expect(await ask(lab, "GET", "/nodes/pve1/qemu/103/config")).toMatchObject({ status: 200 });
    expect(stateDigest(lab)).toBe(before);
  });
});

describe("the digest of the lab's state", () => {
  test("stays while the lab is only looked at", async () => {
    const before = stateDigest(lab);
    for (const path of ["/cluster/resources", "/nodes/pve1/status", "/cluster/firewall/options"])
      await ask(lab, "GET", path);
    expect(stateDigest(lab)).toBe(before);
  });

  test.each([
    ["an option of a guest", "PUT", "/nodes/pve1/qemu/101/config", "name=other"],
    ["a pool", "POST", "/pools", "poolid=a"],
    ["a volume", "POST", "/nodes/pve1/storage/nfs/content", "vmid=101&filename=vm-101-x.raw&size=1G"],
  ])("changes with %s", async (_what, method, path, body) => {
    const before = stateDigest(lab);
    expect(await ask(lab, method, path, { body })).toMatchObject({ status: 200 });
    expect(stateDigest(lab)).not.toBe(before);
  });
});
