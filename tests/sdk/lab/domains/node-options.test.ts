import { afterEach, beforeEach, describe, expect, test } from "@jest/globals";
import { makeCertificate } from "../../../../sdk/lab/http/certificate.ts";
import { createLab, type Lab } from "../../../../sdk/lab/index.ts";
import { ask } from "../client.ts";
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

test("the local time is that of the time zone", async () => {
  await says(lab, "PUT /nodes/vm/time", form({ timezone: "Asia/Kolkata" }));
  const { time, localtime } = (await says(lab, "GET /nodes/vm/time")) as { time: number; localtime: number };
  expect(localtime - time).toBe(19_800);
});

test("no subscription is told to all, the server's id to who may audit the node", async () => {
  const none = { status: "notfound", message: "There is no subscription key", url: expect.any(String) };
  const serverid = expect.stringMatching(/^[0-9A-F]{32}$/);
  expect(await says(lab, "GET /nodes/vm/subscription")).toEqual({ ...none, serverid });
  expect((await ask(lab, "GET", "/nodes/vm/subscription", { as: "user" })).data).toEqual(none);
  expect(await says(lab, "DELETE /nodes/vm/subscription")).toBeNull();
});

test("a shell of a node runs a login for all, and anything else for root", async () => {
  await says(lab, "PUT /access/acl", form({ path: "/nodes", users: "test@pve", roles: "Administrator" }));
  const login = form({ username: "test@pve", password: "test1234" });
  const { data } = await ask(lab, "POST", "/access/ticket", { as: "none", body: login });
  const { ticket, CSRFPreventionToken } = data as { ticket: string; CSRFPreventionToken: string };
  const headers = {
    cookie: `PVEAuthCookie=${encodeURIComponent(ticket)}`,
    csrfpreventiontoken: CSRFPreventionToken,
  };
  const open = (body: string) => ask(lab, "POST", "/nodes/vm/termproxy", { as: "none", headers, body });
  expect(await open("cmd=login")).toMatchObject({ status: 200 });
  const reason = "Permission check failed (user != root@pam)";
  expect(await open("cmd=upgrade")).toMatchObject({ status: 403, reason });
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

describe("services of a node", () => {
  const SERVICES = "/nodes/vm/services";
  const state = { service: "sshd", name: "sshd", desc: expect.any(String), "unit-state": "enabled" };

  test("stop and start as tasks", async () => {
    expect(await says(lab, `GET ${SERVICES}`)).toContainEqual({
      ...{ ...state, state: "running", "active-state": "active" },
    });
    const upid = String(await says(lab, `POST ${SERVICES}/sshd/stop`, ""));
    expect(upid).toContain(":srvstop:sshd:");
    expect(await lab.tasks.ended(upid)).toBe("OK");
    const down = { ...state, state: "dead", "active-state": "inactive" };
    expect(await says(lab, `GET ${SERVICES}/sshd/state`)).toEqual(down);
    await lab.tasks.ended(String(await says(lab, `POST ${SERVICES}/sshd/restart`, "")));
    expect(await says(lab, `GET ${SERVICES}/sshd/state`)).toMatchObject({ state: "running" });
  });

  test("are not stopped where the API needs them", async () => {
    const upid = String(await says(lab, `POST ${SERVICES}/pvedaemon/stop`, ""));
    expect(await lab.tasks.ended(upid)).toContain("invalid service cmd 'pvedaemon stop': ERROR at ");
    expect(await says(lab, `GET ${SERVICES}/corosync/state`)).toMatchObject({ state: "dead" });
    expect(await says(lab, `GET ${SERVICES}/nope/state`)).toHaveProperty("service");
  });
});

describe("a certificate of one's own", () => {
  const CERTIFICATES = "/nodes/vm/certificates";
  const upload = (values: Readonly<Record<string, string>>) =>
    says(lab, `POST ${CERTIFICATES}/custom`, form(values));
  const { cert, key, fingerprint } = makeCertificate(["pve.example.com", "192.0.2.9"]);

  test("comes with its key, and is replaced by force alone", async () => {
    const noPem = "invalid format - not a valid PEM-formatted string.\n";
    expect(await upload({ certificates: "x", key: "y" })).toEqual({ certificates: noPem, key: noPem });
    const missing = "Attempted to upload custom certificate without (existing) key.";
    expect(await upload({ certificates: cert })).toEqual({ key: missing });
    expect(await upload({ certificates: `Bag\n${cert}`, key })).toMatchObject({
      ...{ filename: "pveproxy-ssl.pem", fingerprint, pem: cert },
      ...{ subject: "/CN=pve.example.com", san: ["pve.example.com", "192.0.2.9"] },
    });
    const exists = "500 Custom certificate file exists but force flag is not set.";
    expect(await upload({ certificates: cert })).toBe(exists);
    expect(await upload({ certificates: cert, force: "1" })).toHaveProperty("fingerprint", fingerprint);
    const own = expect.objectContaining({ filename: "pveproxy-ssl.pem" });
    expect(await says(lab, `GET ${CERTIFICATES}/info`)).toContainEqual(own);
    expect(await says(lab, `DELETE ${CERTIFICATES}/custom`)).toBeNull();
    expect(await says(lab, `GET ${CERTIFICATES}/info`)).not.toContainEqual(own);
    expect(await says(lab, `DELETE ${CERTIFICATES}/custom`)).toBeNull();
  });
});

describe("what a node's QEMU knows", () => {
  const names = async (path: string) =>
    ((await says(lab, `GET /nodes/vm/capabilities/qemu/${path}`)) as readonly { name: string }[]).map(
      ({ name }) => name,
    );

  test("depends on the architecture", async () => {
    const models = await names("cpu");
    expect(models).toEqual(expect.arrayContaining(["host", "kvm64", "x86-64-v2-AES"]));
    expect(models).not.toContain("cortex-a57");
    const arm = await names("cpu?arch=aarch64");
    expect(arm).toEqual(expect.arrayContaining(["host", "max", "cortex-a57"]));
    expect(arm).not.toContain("kvm64");
    expect((await names("cpu-flags")).slice(0, 3)).toEqual(["nested-virt", "aes", "amd-no-ssb"]);
    expect(await names("cpu-flags?arch=aarch64")).toEqual([]);
  });
});

test("figures of a node that is not there have no file", async () => {
  const reason = "500 RRD error: opening '/var/lib/rrdcached/db/pve2-node/other': No such file or directory";
  expect(await says(lab, "GET /nodes/other/rrddata?timeframe=hour")).toBe(reason);
  expect(await says(lab, "GET /nodes/vm/rrddata?timeframe=week")).toHaveLength(336);
});
