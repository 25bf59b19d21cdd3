import { afterEach, beforeEach, describe, expect, test } from "@jest/globals";
import { createLab, type Lab } from "../../../../sdk/lab/index.ts";
import { ask } from "../client.ts";
import { says } from "./says.ts";

let lab: Lab;
beforeEach(async () => {
  lab = await createLab({ seed: "small", speed: Number.POSITIVE_INFINITY, refusalDelay: 0 });
});
afterEach(() => lab.close());

test("a metric server is made, listed, changed and removed", async () => {
  const at = "/cluster/metrics/server/graph";
  expect(await says(lab, `GET ${at}`)).toBe("500 status server entry 'graph' does not exist");
  expect(await says(lab, `POST ${at}`, "type=graphite&server=192.0.2.9&port=2003")).toBeNull();
  expect(await says(lab, `POST ${at}`, "type=graphite&server=192.0.2.9&port=2003")).toBe(
    "500 Metric server 'graph' already exists",
  );
  expect(await says(lab, `PUT ${at}`, "server=192.0.2.9&port=2004&mtu=900&disable=1")).toBeNull();
  expect(await says(lab, "GET /cluster/metrics/server")).toEqual([
    { id: "graph", disable: 1, type: "graphite", server: "192.0.2.9", port: 2004 },
  ]);
  expect(await says(lab, `PUT ${at}`, "server=192.0.2.9&port=1&bucket=x")).toBe(
    "500 unexpected property 'bucket'",
  );
  expect(await says(lab, `PUT ${at}`, "server=192.0.2.9&port=1&delete=server")).toContain("required option");
  expect(await says(lab, `DELETE ${at}`)).toBeNull();
  expect(await says(lab, `DELETE ${at}`)).toContain("cannot lookup undefined type!");
  expect(await says(lab, "GET /cluster/metrics/export")).toEqual({ data: [] });
});

test("of a node in no cluster, no node is known to replication and metrics, not even itself", async () => {
  const alone = await createLab({ seed: "baseline", refusalDelay: 0 });
  try {
    expect(await says(alone, "POST /cluster/replication", "id=100-0&target=vm&type=local")).toBe(
      "500 Target 'vm' does not exist.",
    );
    expect(await says(alone, "GET /cluster/metrics/export?node-list=vm")).toBe(
      "500 Requested node-list contains unknown nodes - vm",
    );
  } finally {
    await alone.close();
  }
  expect(await says(lab, "GET /cluster/metrics/export?node-list=pve1")).toEqual({ data: [] });
});

test("a metric server on the node itself is not there, unless nobody connects to it", async () => {
  const make = (id: string, rest: string) =>
    says(lab, `POST /cluster/metrics/server/${id}`, `server=127.0.0.1&port=2003&${rest}`);
  expect(await make("one", "type=graphite&proto=tcp")).toBe(
    "500 couldn't create carbon socket [127.0.0.1]:2003 - Connection refused",
  );
  expect(await make("two", "type=influxdb&influxdbproto=http")).toBe(
    "500 500 Can't connect to 127.0.0.1:2003 (Connection refused)",
  );
  expect(await says(lab, "GET /cluster/metrics/server")).toEqual([]);
  expect(await make("one", "type=graphite")).toBeNull();
  expect(await make("two", "type=influxdb&influxdbproto=http&disable=1")).toBeNull();
});

test("a CPU model of the cluster is shown to those who may see it", async () => {
  const at = "/cluster/qemu/custom-cpu-models";
  const model = "cputype=fast&reported-model=host&flags=%2Baes";
  expect(await says(lab, `POST ${at}`, model)).toBeNull();
  expect(await says(lab, `POST ${at}`, model)).toBe("500 custom CPU model 'fast' already exists");
  const shown = { cputype: "custom-fast", "reported-model": "host", flags: "+aes" };
  expect(await says(lab, `GET ${at}/custom-fast`)).toMatchObject(shown);
  expect(await says(lab, `PUT ${at}/fast`, "cputype=fast&delete=flags&hidden=0")).toBeNull();
  expect(await says(lab, `GET ${at}/fast`)).not.toHaveProperty("hidden");
  expect(await says(lab, `GET ${at}`)).toMatchObject([{ hidden: 0 }]);
  expect(await says(lab, `GET ${at}`)).not.toHaveProperty("0.flags");
  expect((await ask(lab, "GET", at, { as: "operator" })).data).toEqual([]);
  const models = "/nodes/pve1/capabilities/qemu/cpu";
  const custom = { name: "custom-fast", custom: 1, vendor: "default" };
  expect(await says(lab, `GET ${models}`)).toContainEqual(custom);
  expect((await ask(lab, "GET", models, { as: "operator" })).data).not.toContainEqual(custom);
  expect(await says(lab, `DELETE ${at}/fast`)).toBeNull();
  expect(await says(lab, `GET ${at}/fast`)).toBe("500 Custom cputype 'fast' not found");
});

describe("replication", () => {
  const JOBS = "/cluster/replication";

  test.each([
    ["id=999-0&target=pve2&type=local", "500 Guest '999' does not exist."],
    ["id=101-0&target=none&type=local", "500 Target 'none' does not exist."],
    ["id=101-0&target=pve1&type=local", "500 Source and target must not be identical"],
    ["id=101-0&target=pve2&source=pve3&type=local", "500 Source 'pve3' does not match current node"],
    ["id=101-0&target=pve2&type=local", "500 missing replicate feature on volume 'local-lvm:"],
  ])("of %s is refused", async (body, reason) => {
    expect(await says(lab, `POST ${JOBS}`, body)).toContain(reason);
  });

  test.each([
    [`GET ${JOBS}/101-0`, "500 no such replication job '101-0'"],
    [`DELETE ${JOBS}/101-0`, "500 no such job '101-0'"],
    ["GET /nodes/pve1/replication/101-0/status", "500 no such replication job '101-0'"],
    ["GET /nodes/pve1/replication/101-0/log", "500 no such replication job '101-0'"],
  ])("%s of no job is refused", async (request, reason) => {
    expect(await says(lab, request)).toBe(reason);
  });

  test("of a guest on ZFS is kept, listed on its node, changed and marked for removal", async () => {
    const zfs = { id: "tank", type: "zfspool", size: 2 ** 40, config: new Map([["pool", "tank"]]) };
    lab.state.storages.set("tank", zfs);
    const guest = lab.state.guests.get(101);
    guest?.config.set("scsi0", "tank:vm-101-disk-0,size=32G");
    expect(await says(lab, `POST ${JOBS}`, "id=101-0&target=pve2&type=local")).toBeNull();
    expect(await says(lab, `POST ${JOBS}`, "id=101-0&target=pve2&type=local")).toContain("already exists");
    expect(await says(lab, `POST ${JOBS}`, "id=101-1&target=pve2&type=local")).toContain("duplicate target");
    expect(await says(lab, `PUT ${JOBS}/101-0`, "rate=10&comment=x")).toBeNull();
    expect(await says(lab, `PUT ${JOBS}/101-0`, "delete=target")).toContain("required option 'target'");
    expect(await says(lab, `PUT ${JOBS}/101-0`, "schedule=*/5&delete=schedule")).toBeNull();
    const job = { id: "101-0", guest: 101, source: "pve1", target: "pve2", rate: 10 };
    expect(await says(lab, "GET /nodes/pve1/replication")).toMatchObject([job]);
    expect(await says(lab, `GET ${JOBS}/101-0`)).not.toHaveProperty("schedule");
    expect(await says(lab, "GET /nodes/pve2/replication")).toEqual([]);
    expect(await says(lab, `DELETE ${JOBS}/101-0`)).toBeNull();
    expect(await says(lab, `GET ${JOBS}/101-0`)).toMatchObject({ remove_job: "full" });
    expect(await says(lab, `DELETE ${JOBS}/101-0?force=1&keep=1`)).toEqual({
      keep: "conflicts with parameter 'force'",
    });
    expect(await says(lab, `DELETE ${JOBS}/101-0?force=1`)).toBeNull();
    expect(await says(lab, `GET ${JOBS}`)).toEqual([]);
  });
});
