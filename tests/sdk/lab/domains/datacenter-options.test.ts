import { afterEach, beforeEach, describe, expect, test } from "@jest/globals";
import { createLab, type Lab } from "../../../../sdk/lab/index.ts";
import { ask } from "../client.ts";
import { says } from "./says.ts";

const OPTIONS = "/cluster/options";

let lab: Lab;
beforeEach(async () => {
  lab = await createLab({ seed: "baseline", speed: Number.POSITIVE_INFINITY, refusalDelay: 0 });
});
afterEach(() => lab.close());

function put(body: string): Promise<unknown> {
  return says(lab, `PUT ${OPTIONS}`, body);
}

describe("options of the datacenter", () => {
  test("come back taken apart, each field as its kind", async () => {
    await put("migration=insecure");
    await put("crs=ha%3Dstatic,ha-rebalance-on-start%3Dyes");
    await put("user-tag-access=user-allow%3Dlist,user-allow-list%3Db%3Ba");
    await put("description=one%0Atwo");
    await put("registered-tags=z%3By");
    expect(await says(lab, `GET ${OPTIONS}`)).toMatchObject({
      ...{ migration: { type: "insecure" }, crs: { ha: "static", "ha-rebalance-on-start": 1 } },
      "user-tag-access": { "user-allow": "list", "user-allow-list": ["a", "b"] },
      ...{ "registered-tags": ["z", "y"], description: "one\ntwo\n" },
      "allowed-tags": ["a", "b", "prod", "web", "y", "z"],
    });
  });

  test("that are set and deleted at once are gone", async () => {
    expect(await put("keyboard=de&delete=keyboard")).toBeNull();
    expect(await says(lab, `GET ${OPTIONS}`)).not.toHaveProperty("keyboard");
  });

  test("of old become what took their place", async () => {
    await put("migration_unsecure=1");
    await put("console=applet");
    await put("mac_prefix=bc:24:11");
    const options = await says(lab, `GET ${OPTIONS}`);
    expect(options).toMatchObject({
      ...{ migration: { type: "insecure" }, console: "html5", mac_prefix: "BC:24:11" },
    });
    expect(options).not.toHaveProperty("migration_unsecure");
  });

  test("keep the range of VMIDs in order, with the ends that go without saying", async () => {
    expect(await put("next-id=lower%3D2000000")).toBe(
      "500 lower (2000000) <= upper (1000000) boundary rule broken",
    );
    expect(await put("next-id=upper%3D101")).toBeNull();
    expect(await says(lab, "GET /cluster/nextid")).toBe(
      "500 unable to get any free VMID in range [100, 101]",
    );
  });

  test("are two for those who may not see them, with the tags they may use", async () => {
    await put("console=html5");
    await put("keyboard=de");
    expect((await ask(lab, "GET", OPTIONS, { as: "privsep" })).data).toEqual({
      ...{ console: "html5", "allowed-tags": [] },
    });
  });
});

test("a token does not see its own tasks in the list of the cluster", async () => {
  await says(lab, "PUT /access/acl", "path=/vms/100&roles=PVEVMUser&tokens=root@pam!priv");
  const started = await ask(lab, "POST", "/nodes/vm/qemu/100/status/start", { as: "privsep", body: "" });
  await lab.tasks.ended(String(started.data));
  expect((await ask(lab, "GET", "/cluster/tasks", { as: "privsep" })).data).toEqual([]);
  expect(await says(lab, "GET /cluster/tasks")).toContainEqual(
    expect.objectContaining({ upid: started.data, user: "root@pam", tokenid: "priv" }),
  );
});

test("a guest under HA shows the state asked for until a manager has looked at it", async () => {
  await says(lab, "POST /cluster/ha/resources", "sid=vm:100&state=stopped");
  await says(lab, "POST /cluster/ha/resources", "sid=ct:200");
  expect(await says(lab, "GET /cluster/resources?type=vm")).toMatchObject([
    ...[
      { vmid: 100, hastate: "stopped" },
      { vmid: 200, hastate: null },
    ],
  ]);
});
