import { afterEach, beforeEach, describe, expect, test } from "@jest/globals";
import { LabClient } from "../qemu/client.ts";

const RESOURCES = "/cluster/ha/resources";
const RULES = "/cluster/ha/rules";
/** A stopped VM of pve2. */
const VM = "/nodes/pve2/qemu/110";
let client: LabClient;
beforeEach(async () => {
  client = await LabClient.start();
});
afterEach(() => client.close());

describe("resources", () => {
  test("are brought into the state that is asked for", async () => {
    await client.ok("POST", RESOURCES, { sid: "110" });
    expect(await client.newest("qmstart")).toMatchObject({ exitstatus: "OK" });
    expect(await client.fields(`${VM}/status/current`)).toMatchObject({
      status: "running",
      ha: { managed: 1, state: "started" },
    });
    await client.ok("PUT", `${RESOURCES}/vm:110`, { state: "stopped" });
    expect(await client.newest("qmshutdown")).toMatchObject({ exitstatus: "OK" });
    expect(await client.rows("/cluster/ha/status/current")).toContainEqual(
      expect.objectContaining({ sid: "vm:110", state: "stopped", request_state: "stopped", max_restart: 1 }),
    );
  });

  test("go where they are asked to, and what must be with them goes along", async () => {
    for (const sid of ["vm:110", "vm:101"]) await client.ok("POST", RESOURCES, { sid, state: "ignored" });
    await client.ok("POST", RULES, {
      ...{ rule: "pair", type: "resource-affinity", affinity: "positive", resources: "vm:110,vm:101" },
    });
    for (const sid of ["vm:110", "vm:101"]) await client.ok("DELETE", `${RESOURCES}/${sid}`, { purge: 0 });
    await client.ok("POST", RESOURCES, { sid: "vm:110", state: "stopped" });
    expect(await client.ok("POST", `${RESOURCES}/vm:110/migrate`, { node: "pve1" })).toEqual({
      ...{ sid: "vm:110", "requested-node": "pve1", "comigrated-resources": ["vm:101"] },
    });
    expect(await client.newest("qmigrate")).toMatchObject({ exitstatus: "OK" });
    expect(client.lab.state.guests.get(110)?.node).toBe("pve1");
  });

  test("that are ignored, or in a disarmed cluster, are handled as if they were not under HA", async () => {
    await client.ok("POST", RESOURCES, { sid: "vm:110", state: "ignored" });
    expect(await client.fields(`${VM}/status/current`)).toMatchObject({ ha: { managed: 0 } });
    expect((await client.call("POST", `${RESOURCES}/vm:110/migrate`, { node: "pve1" })).message).toBe(
      "resource 'vm:110' is not HA managed",
    );
    await client.ok("PUT", `${RESOURCES}/vm:110`, { state: "stopped" });
    await client.ok("POST", "/cluster/ha/status/disarm-ha", { "resource-mode": "ignore" });
    const upid = String(await client.ok("POST", `${VM}/status/start`));
    expect(upid).toContain(":qmstart:110:");
    expect(await client.ended(upid)).toMatchObject({ exitstatus: "OK" });
    await client.ok("POST", "/cluster/ha/status/arm-ha");
    expect(await client.newest("qmshutdown")).toMatchObject({ exitstatus: "OK" });
    expect(client.lab.state.guests.get(110)?.runtime).toBeUndefined();
  });

  test("leave the rules when they are deleted, or destroyed with all that refers to them", async () => {
    await client.ok("POST", RESOURCES, { sid: "vm:110", state: "stopped" });
    await client.ok("POST", RULES, {
      ...{ rule: "here", type: "node-affinity", resources: "vm:110", nodes: "pve2:2,pve1:0" },
    });
    expect(await client.fields(`${RULES}/here`)).toMatchObject({ nodes: "pve1,pve2:2", order: 1 });
    await client.task("DELETE", VM, { purge: 1 });
    expect(await client.rows(RULES)).toEqual([]);
    expect(await client.rows(RESOURCES)).toEqual([]);
  });
});

test("the status tells of watchdogs and of being disarmed", async () => {
  const status = async (id: string) =>
    (await client.rows("/cluster/ha/status/current")).find((row) => row.id === id);
  await client.ok("PUT", "/cluster/options", { crs: "ha=static" });
  await client.ok("POST", RESOURCES, { sid: "vm:110", state: "stopped" });
  expect(await status("fencing")).toMatchObject({
    ...{ status: "armed (CRM watchdog active)", "armed-state": "armed" },
  });
  expect(await status("master")).toMatchObject({ status: expect.stringMatching(/\) - static load CRS$/) });
  await client.ok("POST", "/cluster/ha/status/disarm-ha", { "resource-mode": "ignore" });
  expect(await status("fencing")).toMatchObject({
    ...{ "armed-state": "disarmed", resource_mode: "ignore" },
    status: "disarmed, resource mode: ignore (CRM watchdog released)",
  });
  expect(await status("lrm:pve1")).toMatchObject({
    status: expect.stringContaining("(disarm mode, watchdog released, "),
  });
  expect(await status("service:vm:110")).toMatchObject({ state: "ignore" });
});

test("where no manager runs, it is on standby whatever is asked of it", async () => {
  const alone = await LabClient.start("baseline");
  try {
    for (const sid of ["100", "200"]) await alone.ok("POST", RESOURCES, { sid, comment: "c" });
    await alone.ok("POST", RULES, {
      ...{ rule: "pair", type: "resource-affinity", affinity: "positive", resources: "vm:100,ct:200" },
    });
    expect(await alone.ok("POST", `${RESOURCES}/vm:100/migrate`, { node: "other" })).toEqual({
      ...{ sid: "vm:100", "requested-node": "other" },
    });
    await alone.ok("PUT", `${RESOURCES}/vm:100`, { comment: "d", delete: "comment" });
    expect(await alone.fields(`${RESOURCES}/vm:100`)).not.toHaveProperty("comment");
    expect((await alone.call("GET", `${RESOURCES}/999`)).message).toBe(
      "unable do detect SID from VMID - VM/CT 999 does not exist",
    );
    for (const sid of ["vm:100", "ct:200"]) await alone.ok("DELETE", `${RESOURCES}/${sid}`);
    await alone.ok("POST", "/cluster/ha/status/disarm-ha", { "resource-mode": "freeze" });
    expect(await alone.rows("/cluster/ha/status/current")).toEqual([
      { id: "quorum", type: "quorum", node: "vm", status: "OK", quorate: 1 },
      {
        ...{ id: "fencing", type: "fencing", node: "vm", "armed-state": "standby" },
        status: "standby (CRM watchdog standby)",
      },
    ]);
  } finally {
    await alone.close();
  }
});

test("rules that contradict each other are refused, with all that is wrong", async () => {
  for (const sid of ["vm:101", "vm:110"]) await client.ok("POST", RESOURCES, { sid, state: "ignored" });
  const resources = "vm:101,vm:110";
  await client.ok("POST", RULES, { rule: "ra", type: "resource-affinity", affinity: "positive", resources });
  expect(
    (
      await client.call("POST", RULES, {
        rule: "rb",
        type: "resource-affinity",
        affinity: "negative",
        resources,
      })
    ).message,
  ).toBe(
    "create ha rule failed: 400 Rule 'rb' is invalid.\nresources: rule shares two or more resources with a positive resource affinity rule",
  );
  await client.ok("POST", RULES, { rule: "rc", type: "node-affinity", resources: "vm:101", nodes: "pve1" });
  expect(
    (
      await client.call("POST", RULES, {
        rule: "rd",
        type: "node-affinity",
        resources: "vm:101",
        nodes: "pve2",
      })
    ).message,
  ).toContain("resource 'vm:101' is already used in another node affinity rule");
});

test("before 9 there are groups, and no rules", async () => {
  const old = await LabClient.start("small", "8.4");
  try {
    await old.ok("POST", "/cluster/ha/groups", { group: "near", nodes: "pve2:1,pve1" });
    await old.ok("POST", RESOURCES, { sid: "vm:110", group: "near", state: "stopped" });
    expect(await old.rows("/cluster/ha/groups")).toMatchObject([{ group: "near", nodes: "pve1,pve2:1" }]);
    expect((await old.call("DELETE", "/cluster/ha/groups/near")).message).toBe(
      "delete ha group failed: ha group is used by service 'vm:110'",
    );
    expect(await old.fields(`${VM}/status/current`)).toMatchObject({ ha: { managed: 1, group: "near" } });
    expect((await old.call("GET", RULES)).status).toBe(501);
    expect(await old.ok("POST", `${RESOURCES}/vm:110/migrate`, { node: "pve1" })).toBeNull();
    expect((await client.call("POST", RESOURCES, { sid: "vm:110", group: "near" })).message).toBe(
      "invalid parameter 'group': ha groups have been migrated to rules",
    );
  } finally {
    await old.close();
  }
});
