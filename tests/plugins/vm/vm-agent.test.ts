import { describe, expect, test } from "@jest/globals";
import { vmAgentInfo, vmAgentPing, vmFstrim, vmGuestAgentDiagnose } from "../../../plugins/vm/vm-agent.ts";
import {
  vmAgentFilesystems,
  vmAgentInterfaces,
  vmAgentOsinfo,
  vmAgentUsers,
} from "../../../plugins/vm/vm-agent-reads.ts";
import { ToolError } from "../../../sdk/errors.ts";
import { codeOf, fakeReader, fakeVm, pageOf, planOf, readOf } from "../../helpers/fake-reader.ts";

const BASE = "/nodes/{node}/qemu/{vmid}";
const ON = { status: "running", qmpstatus: "running", agent: 1 };
const INFO = {
  result: {
    version: "9.1.0",
    supported_commands: [
      { name: "guest-ping", enabled: true },
      { name: "guest-get-users", enabled: false },
    ],
  },
};

function readerWith(answers: Readonly<Record<string, unknown>>) {
  return fakeReader({
    guests: [fakeVm({ vmid: 100, name: "web" })],
    answers: {
      [`GET ${BASE}/status/current`]: ON,
      [`GET ${BASE}/pending`]: [],
      [`POST ${BASE}/agent/ping`]: { result: {} },
      [`GET ${BASE}/agent/info`]: INFO,
      ...answers,
    },
  });
}

const fails = (message: string) => () => {
  throw new ToolError({ code: "upstream", message });
};
const SILENT = fails("Proxmox VE refused POST ping: 500 QEMU guest agent is not running");
const users = (desc: string) => ({
  [`GET ${BASE}/agent/get-users`]: { result: { error: { class: "CommandNotFound", desc } } },
});

describe("troubles are told apart", () => {
  test.each<[string, Readonly<Record<string, unknown>>, string, RegExp]>([
    ["off", { [`GET ${BASE}/status/current`]: { ...ON, agent: undefined } }, "conflict", /turned off/],
    [
      "turned on since the start",
      {
        [`GET ${BASE}/status/current`]: { ...ON, agent: undefined },
        [`GET ${BASE}/pending`]: [{ key: "agent", pending: "enabled=1,fstrim_cloned_disks=1" }],
      },
      "conflict",
      /device is missing/,
    ],
    [
      "stopped",
      { [`GET ${BASE}/status/current`]: { agent: 1, status: "stopped" } },
      "conflict",
      /does not run/,
    ],
    ["paused", { [`GET ${BASE}/status/current`]: { ...ON, qmpstatus: "paused" } }, "conflict", /paused/],
    ["silent", { [`POST ${BASE}/agent/ping`]: SILENT }, "unreachable", /no agent answers/],
  ])("%s", async (_, answers, code, pattern) => {
    await expect(readOf(vmAgentPing, { vmid: 100 }, readerWith(answers))).rejects.toMatchObject({
      code,
      message: expect.stringMatching(pattern),
    });
  });

  test.each([
    ["The command guest-get-users has been disabled for this instance", "unsupported", /is disabled/],
    ["Command guest-get-users has been disabled", "unsupported", /is disabled/],
    ["Command guest-get-users has been disabled: the agent is in frozen state", "conflict", /are frozen/],
    ["The command guest-get-users has not been found", "unsupported", /does not know/],
  ])("%s", async (desc, code, pattern) => {
    await expect(readOf(vmAgentUsers, { vmid: 100 }, readerWith(users(desc)))).rejects.toMatchObject({
      code,
      message: expect.stringMatching(pattern),
    });
  });

  test("other failures are passed on", async () => {
    const reader = readerWith({
      [`GET ${BASE}/agent/get-users`]: { result: { error: { class: "GenericError", desc: "no utmp" } } },
    });
    await expect(readOf(vmAgentUsers, { vmid: 100 }, reader)).rejects.toMatchObject({
      code: "upstream",
      message: expect.stringContaining("no utmp"),
    });
    const forbidden = readerWith({ [`POST ${BASE}/agent/ping`]: fails("may not") });
    await expect(readOf(vmAgentPing, { vmid: 100 }, forbidden)).rejects.toMatchObject({ message: "may not" });
  });
});

describe("diagnosing", () => {
  test.each<[string, Readonly<Record<string, unknown>>, object]>([
    [
      "a good agent",
      { [`GET ${BASE}/agent/info`]: { result: { version: "9" } } },
      { state: "works", version: "9" },
    ],
    ["blocked commands", {}, { state: "partly disabled", disabled: ["guest-get-users"] }],
    ["a silent one", { [`POST ${BASE}/agent/ping`]: SILENT }, { state: "missing or silent" }],
    ["none", { [`GET ${BASE}/status/current`]: { ...ON, agent: 0 } }, { state: "turned off" }],
  ])("%s", async (_, answers, fields) => {
    expect(await readOf(vmGuestAgentDiagnose, { vmid: 100 }, readerWith(answers))).toMatchObject({ fields });
  });

  test("does not hide what has nothing to do with the agent", async () => {
    const reader = readerWith({ [`GET ${BASE}/status/current`]: fails("may not") });
    expect(await codeOf(readOf(vmGuestAgentDiagnose, { vmid: 100 }, reader))).toBe("upstream");
  });
});

test("what an agent can do is split by whether it may", async () => {
  expect(await readOf(vmAgentInfo, { vmid: 100 }, readerWith({}))).toMatchObject({
    fields: { version: "9.1.0", enabled: ["guest-ping"], disabled: ["guest-get-users"] },
  });
});

test("trimming is planned only where the agent lets it", async () => {
  const [step] = await planOf(vmFstrim, { vmid: 100 }, readerWith({}));
  expect(step).toMatchObject({ method: "POST", path: `${BASE}/agent/fstrim` });
  const info = { result: { supported_commands: [{ name: "guest-fstrim", enabled: false }] } };
  const blocked = readerWith({ [`GET ${BASE}/agent/info`]: info });
  expect(await codeOf(planOf(vmFstrim, { vmid: 100 }, blocked))).toBe("unsupported");
});

test("addresses, system, file systems and users are told as the agent tells them", async () => {
  const reader = readerWith({
    [`GET ${BASE}/agent/network-get-interfaces`]: {
      result: [
        {
          name: "eth0",
          "hardware-address": "aa:bb",
          "ip-addresses": [
            { "ip-address": "192.0.2.1", "ip-address-type": "ipv4", prefix: 24 },
            { "ip-address": "fe80::1", "ip-address-type": "ipv6", prefix: 64 },
          ],
        },
        { name: "down0" },
      ],
    },
    [`GET ${BASE}/agent/get-osinfo`]: { result: { "pretty-name": "Debian 13", "kernel-release": "6.12" } },
    [`GET ${BASE}/agent/get-fsinfo`]: {
      result: { mountpoint: "/", type: "ext4", name: "sda1", "used-bytes": 1, "total-bytes": 4 },
    },
    [`GET ${BASE}/agent/get-users`]: { result: [{ user: "root", "login-time": 5.5 }] },
  });
  expect((await pageOf(vmAgentInterfaces, { vmid: 100 }, reader)).rows).toMatchObject([
    { name: "down0" },
    { name: "eth0", mac: "aa:bb", ipv4: "192.0.2.1/24", ipv6: "fe80::1/64" },
  ]);
  expect(await readOf(vmAgentOsinfo, { vmid: 100 }, reader)).toMatchObject({
    fields: { name: "Debian 13", kernel: "6.12" },
  });
  expect((await pageOf(vmAgentFilesystems, { vmid: 100 }, reader)).rows).toMatchObject([
    { mountpoint: "/", usage: 0.25 },
  ]);
  expect((await pageOf(vmAgentUsers, { vmid: 100 }, reader)).rows).toMatchObject([
    { user: "root", since: 5.5 },
  ]);
});
