import { afterEach, beforeEach, describe, expect, test } from "@jest/globals";
import { createLab, type Lab } from "../../../../sdk/lab/index.ts";
import { says } from "./says.ts";

let lab: Lab;
beforeEach(async () => {
  lab = await createLab({ seed: "baseline", speed: Number.POSITIVE_INFINITY, refusalDelay: 0 });
});
afterEach(() => lab.close());

const form = (values: Readonly<Record<string, string>>): string => new URLSearchParams(values).toString();
const write = (values: Readonly<Record<string, string>>) => says(lab, "PUT /nodes/vm/config", form(values));

describe("a node's options", () => {
  test("come alone where one is asked for", async () => {
    await write({ wakeonlan: "AA:BB:CC:DD:EE:FF", "ballooning-target": "50" });
    const one = "GET /nodes/vm/config?property=ballooning-target";
    expect(await says(lab, one)).toEqual({ "ballooning-target": "50" });
    expect(await says(lab, "GET /nodes/vm/config?property=acme")).toEqual({});
  });

  test("keep a description as lines", async () => {
    await write({ description: "a\n\nb\n\n" });
    expect(await says(lab, "GET /nodes/vm/config?property=description")).toEqual({ description: "a\n\nb\n" });
    expect(await write({ description: "" })).toBeNull();
    expect(await says(lab, "GET /nodes/vm/config")).toEqual({});
  });

  test("name a domain once, with a plugin that is there", async () => {
    expect(await write({ acmedomain0: "a.example.com" })).toBeNull();
    expect(await write({ acmedomain1: "A.example.com" })).toBe(
      "500 duplicate domain 'a.example.com' in ACME config properties 'acmedomain1' and 'acmedomain0'",
    );
    expect(await write({ acmedomain1: "domain=b.example.com,plugin=dns1" })).toBe(
      "500 plugin 'dns1' for domain 'b.example.com' not found!",
    );
    expect(await write({ acme: "domains=c.example.com;c.example.com" })).toBe(
      "500 duplicate domain 'c.example.com' in ACME config properties",
    );
    expect(await says(lab, "GET /nodes/vm/config")).not.toHaveProperty("acmedomain1");
  });
});

test("name servers are written once, and of search domains the first is read", async () => {
  const body = form({ search: "a.example b.example", dns1: "1.1.1.1", dns2: "1.1.1.1", dns3: "::1" });
  expect(await says(lab, "PUT /nodes/vm/dns", body)).toBeNull();
  expect(await says(lab, "GET /nodes/vm/dns")).toEqual({ search: "a.example", dns1: "1.1.1.1", dns2: "::1" });
});

test.each([
  ["127.0.0.1 localhost\n1.2.3 foo\n", { data: "Invalid IP '1.2.3'" }],
  ["# comment\n\n::1 local_host\n", { data: "Invalid Hostname 'local_host'" }],
  ["# comment\n\n::1 localhost ip6-localhost\n", null],
])("names of hosts %j", async (data, answer) => {
  expect(await says(lab, "POST /nodes/vm/hosts", form({ data }))).toEqual(answer);
});

test.each([
  ["GMT", null],
  ["Asia/Calcutta", null],
  ["europe/berlin", { timezone: "No such timezone" }],
  ["", { timezone: "No such timezone" }],
])("time zone %j", async (timezone, answer) => {
  expect(await says(lab, "PUT /nodes/vm/time", form({ timezone }))).toEqual(answer);
});

test("the system log is of one service where one is named, and has no end at limit 0", async () => {
  const [one] = (await says(lab, "GET /nodes/vm/syslog?service=pvedaemon")) as readonly { t: string }[];
  expect(one?.t).toContain("pvedaemon");
  expect(await says(lab, "GET /nodes/vm/syslog?service=nope")).toEqual([{ n: 1, t: "-- No entries --" }]);
  expect(await says(lab, "GET /nodes/vm/syslog?limit=0")).toHaveLength(3);
});

test("devices come as mere addresses, and without the classes that are named", async () => {
  const path = "GET /nodes/vm/hardware/pci";
  expect(await says(lab, `${path}?verbose=0`)).toContainEqual({ id: "0000:01:00.0" });
  expect(await says(lab, `${path}?pci-class-blacklist=03`)).toEqual([]);
});

describe("all guests of a node", () => {
  const follow = async (path: string, body = ""): Promise<readonly string[]> => {
    const upid = String(await says(lab, `POST /nodes/vm/${path}`, body));
    await lab.tasks.ended(upid);
    return lab.tasks.get(upid)?.log ?? [upid];
  };

  test("start where they are to start with the node, or all by force", async () => {
    expect(await follow("startall", "vms=100")).toEqual(["TASK OK"]);
    expect(await follow("startall", "vms=&force=1")).toEqual(["TASK OK"]);
    expect(await follow("startall", "vms=200&force=1")).toEqual(["Starting CT 200", "TASK OK"]);
    expect(await follow("stopall", "timeout=5")).toEqual([
      "Stopping CT 200 (timeout = 5 seconds)",
      "TASK OK",
    ]);
  });

  test("suspend with a warning for each container", async () => {
    expect(await follow("suspendall")).toEqual([
      "WARN: skipping 200, only VMs can be suspended",
      "VM 100 not running, skipping suspension",
      "TASK WARNINGS: 1",
    ]);
  });

  test("do not move to a node that is not there", async () => {
    const body = "target=other";
    expect(await says(lab, "POST /nodes/vm/migrateall", body)).toBe("500 no such cluster node 'other'");
  });
});
