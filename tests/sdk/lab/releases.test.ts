import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import { createLab, LAB_RELEASES, type Lab, type ReleaseName } from "../../../sdk/lab/index.ts";
import { type Answer, ask } from "./client.ts";

const SPEED = { speed: Number.POSITIVE_INFINITY, refusalDelay: 0 };

const labs = new Map<ReleaseName, Lab>();
beforeAll(async () => {
  for (const pve of LAB_RELEASES) labs.set(pve, await createLab({ ...SPEED, pve }));
});
afterAll(async () => {
  for (const lab of labs.values()) await lab.close();
});

function labOf(release: ReleaseName): Lab {
  const lab = labs.get(release);
  if (lab === undefined) throw new Error(`no lab ${release}`);
  return lab;
}

/** What each release answers to the same request, in the order of {@link LAB_RELEASES}. */
async function everywhere<T>(method: string, path: string, show: (answer: Answer) => T): Promise<T[]> {
  const shown: T[] = [];
  for (const lab of labs.values()) shown.push(show(await ask(lab, method, path)));
  return shown;
}

async function done(lab: Lab, method: string, path: string, body: string): Promise<Answer> {
  const answer = await ask(lab, method, path, { body });
  if (answer.status !== 200) throw new Error(`${method} ${path}: ${answer.status} ${answer.reason}`);
  return answer;
}

/** A new user who holds just these privileges everywhere, and the headers to ask as that user. */
async function someone(lab: Lab, name: string, privileges: string): Promise<Record<string, string>> {
  await done(lab, "POST", "/access/users", `userid=${name}@pve`);
  await done(lab, "POST", "/access/roles", `roleid=${name}&privs=${privileges}`);
  await done(lab, "PUT", "/access/acl", `path=/&users=${name}@pve&roles=${name}`);
  const { data } = await done(lab, "POST", `/access/users/${name}@pve/token/mcp`, "privsep=0");
  const { value } = data as { value: string };
  return { authorization: `PVEAPIToken=${name}@pve!mcp=${value}` };
}

function runningVm(lab: Lab) {
  const guest = [...lab.state.guests.values()].find(({ kind, runtime }) => kind === "qemu" && runtime?.agent);
  if (guest === undefined) throw new Error("no VM with an agent");
  return { vmid: guest.vmid, path: `/nodes/${guest.node}/qemu/${guest.vmid}` };
}

describe("endpoints", () => {
  test("of a newer release are not implemented in an older one", async () => {
    const status = ({ status: code, reason }: Answer) => [code, reason];
    expect(await everywhere("GET", "/cluster/ha/rules", status)).toEqual([
      [200, "OK"],
      [501, "Method 'GET /cluster/ha/rules' not implemented"],
      [501, "Method 'GET /cluster/ha/rules' not implemented"],
    ]);
    expect((await everywhere("GET", "/cluster/mapping/pci", status)).map(([, reason]) => reason)).toEqual([
      "OK",
      "OK",
      "Method 'GET /cluster/mapping/pci' not implemented",
    ]);
  });

  test("take the parameters of their release", async () => {
    const create = async (release: ReleaseName) =>
      (await ask(labOf(release), "POST", "/nodes/pve1/qemu", { body: "vmid=980&allow-ksm=1&node=pve1" }))
        .errors;
    expect(await create("8.4")).toMatchObject({
      "allow-ksm": expect.stringContaining("not defined in schema"),
    });
    const { status } = await ask(labOf("9.2"), "POST", "/nodes/pve1/qemu", { body: "vmid=980&allow-ksm=1" });
    expect(status).toBe(200);
  });

  test("say which version they are of", async () => {
    const data = await everywhere("GET", "/version", (answer) => answer.data);
    expect(data).toMatchObject([
      { release: "9.2", version: expect.stringMatching(/^9\.2\.\d+$/) },
      { release: "8.4", version: expect.stringMatching(/^8\.4\.\d+$/) },
      { release: "7.4", version: expect.stringMatching(/^7\.4-\d+$/) },
    ]);
    expect([...labs.values()].map(({ release }) => release)).toEqual(LAB_RELEASES);
    const status = await everywhere("GET", "/nodes/pve1/status", (answer) => JSON.stringify(answer.data));
    for (const [index, release] of LAB_RELEASES.entries()) {
      expect(status[index]).toContain(`"pveversion":"pve-manager/${release}`);
    }
  });

  test("that start a task in one release may act at once in another", async () => {
    for (const [release, expected] of [
      ["8.4", expect.stringMatching(/^UPID:/)],
      ["7.4", null],
    ] as const) {
      const lab = labOf(release);
      const { vmid, path } = runningVm(lab);
      const disk = [...(lab.state.guests.get(vmid)?.config.keys() ?? [])].find((key) =>
        /^scsi\d+$/.test(key),
      );
      const before = String(lab.state.guests.get(vmid)?.config.get(disk ?? ""));
      const { data } = await done(lab, "PUT", `${path}/resize`, `disk=${disk}&size=%2B1G`);
      expect(data).toEqual(expected);
      if (typeof data === "string") expect(await lab.tasks.ended(data)).toBe("OK");
      expect(lab.state.guests.get(vmid)?.config.get(disk ?? "")).not.toBe(before);
    }
  });

  test("refuse at once in 7.4 what fails in a task later on", async () => {
    const { path } = runningVm(labOf("7.4"));
    const answer = await ask(labOf("7.4"), "PUT", `${path}/resize`, { body: "disk=scsi9&size=1G" });
    expect(answer).toMatchObject({ status: 500, reason: "disk 'scsi9' does not exist" });
  });
});

describe("privileges", () => {
  test("of the guest agent were one, and are several since 9", async () => {
    for (const [release, enough] of [
      ["7.4", "VM.Monitor"],
      ["8.4", "VM.Monitor"],
      ["9.2", "VM.GuestAgent.Audit"],
    ] as const) {
      const lab = labOf(release);
      const { vmid, path } = runningVm(lab);
      const may = await someone(lab, "agent", enough);
      const mayNot = await someone(lab, "other", "VM.Console");
      const osinfo = (headers: Record<string, string>) =>
        ask(lab, "GET", `${path}/agent/get-osinfo`, { as: "none", headers });
      expect([release, (await osinfo(may)).status]).toEqual([release, 200]);
      const refused = await osinfo(mayNot);
      expect(refused.status).toBe(403);
      expect(refused.reason).toContain(
        `(/vms/${vmid}, ${release === "9.2" ? "VM.GuestAgent.Audit" : "VM.Monitor"}`,
      );
    }
  });

  test("that a release does not know cannot be given", async () => {
    const give = async (release: ReleaseName, privilege: string) =>
      (await ask(labOf(release), "POST", "/access/roles", { body: `roleid=x&privs=${privilege}` })).errors;
    expect(await give("9.2", "VM.Monitor")).toMatchObject({
      privs: expect.stringContaining("invalid privilege 'VM.Monitor'"),
    });
    expect(await give("8.4", "VM.GuestAgent.Audit")).toMatchObject({
      privs: expect.stringContaining("invalid privilege"),
    });
    expect(await give("7.4", "SDN.Use")).toMatchObject({
      privs: expect.stringContaining("invalid privilege"),
    });
  });

  test("on a bridge are asked for since 8", async () => {
    for (const [release, status] of [
      ["7.4", 200],
      ["8.4", 403],
      ["9.2", 403],
    ] as const) {
      const lab = labOf(release);
      const headers = await someone(lab, "maker", "VM.Allocate,VM.Config.Network,VM.Config.Options");
      const body = "vmid=981&net0=virtio,bridge%3Dvmbr0";
      const answer = await ask(lab, "POST", "/nodes/pve1/qemu", { as: "none", headers, body });
      expect([release, answer.status, answer.reason]).toEqual([release, status, expect.any(String)]);
      if (status === 403) expect(answer.reason).toContain("SDN.Use");
    }
  });

  test("of the monitor beyond asking it are the system's in 8", async () => {
    const lab = labOf("8.4");
    const { path } = runningVm(lab);
    const headers = await someone(lab, "monitor", "VM.Monitor");
    const monitor = (command: string) =>
      ask(lab, "POST", `${path}/monitor`, { as: "none", headers, body: `command=${command}` });
    expect((await monitor("info%20status")).status).toBe(200);
    expect(await monitor("stop")).toMatchObject({
      status: 403,
      reason: "Permission check failed (/, Sys.Modify)",
    });
  });
});

describe("roles", () => {
  const rolesOf = async (release: ReleaseName): Promise<Map<string, string[]>> => {
    const { data } = await ask(labOf(release), "GET", "/access/roles");
    const roles = data as { roleid: string; privs: string; special: number }[];
    return new Map(
      roles.filter(({ special }) => special === 1).map(({ roleid, privs }) => [roleid, privs.split(",")]),
    );
  };

  test("that come with it differ", async () => {
    const [nine, eight, seven] = [await rolesOf("9.2"), await rolesOf("8.4"), await rolesOf("7.4")];
    const names = (roles: Map<string, string[]>) => [...roles.keys()].sort();
    expect(names(nine)).toEqual(names(eight));
    expect(names(eight).filter((name) => !seven.has(name))).toEqual([
      "PVEMappingAdmin",
      "PVEMappingUser",
      "PVESDNUser",
    ]);
    expect(eight.get("PVEVMAdmin")).toContain("VM.Monitor");
    expect(nine.get("PVEVMAdmin")).not.toContain("VM.Monitor");
    expect(nine.get("PVEAuditor")).toContain("VM.GuestAgent.Audit");
    expect(eight.get("PVEAuditor")).not.toContain("VM.GuestAgent.Audit");
    expect(seven.get("PVEAdmin")).toContain("Permissions.Modify");
    expect(eight.get("PVEAdmin")).not.toContain("Permissions.Modify");
    expect(seven.get("Administrator")).not.toContain("Mapping.Use");
  });

  test("may begin like them in 7.4 alone", async () => {
    const make = async (release: ReleaseName) =>
      (await ask(labOf(release), "POST", "/access/roles", { body: "roleid=PVEmine&privs=VM.Audit" })).status;
    expect([await make("9.2"), await make("8.4"), await make("7.4")]).toEqual([400, 400, 200]);
  });
});

describe("answers", () => {
  test("with a fault have its message in their body since 8, in the status line always", async () => {
    const shown = await everywhere("GET", "/nodes/pve1/qemu/999/config", ({ status, reason, body }) => ({
      status,
      reason,
      members: Object.keys(JSON.parse(body)).sort(),
    }));
    expect(shown).toMatchObject([
      { status: 500, members: ["data", "message"] },
      { status: 500, members: ["data", "message"] },
      { status: 500, members: ["data"] },
    ]);
    for (const { reason } of shown) expect(reason).toContain("does not exist");
  });

  test("have the fields of their release", async () => {
    const has = async (path: string, field: string) =>
      everywhere("GET", path, ({ body }) => body.includes(`"${field}"`));
    const { path } = runningVm(labOf("9.2"));
    expect(await has(`${path}/status/current`, "memhost")).toEqual([true, false, false]);
    expect(await has(`${path}/status/current`, "pressurecpusome")).toEqual([true, false, false]);
    expect(await has("/cluster/resources", "memhost")).toEqual([true, false, false]);
    expect(await has("/nodes/pve1/status", "current-kernel")).toEqual([true, true, false]);
    expect(await has("/cluster/resources", "network-type")).toEqual([true, false, false]);
    expect(await has("/cluster/resources", "sdn")).toEqual([false, true, false]);
    expect(await has(`${path}/status/current`, "qmpstatus")).toEqual([true, true, true]);
  });

  test("of the guest agent tell what was run, however the release takes arguments", async () => {
    const ran: unknown[] = [];
    for (const [release, command] of [
      ["9.2", "command=echo&command=a%20b"],
      ["7.4", "command=echo%00a%20b"],
    ] as const) {
      const lab = labOf(release);
      const { path } = runningVm(lab);
      const { data } = await done(lab, "POST", `${path}/agent/exec`, command);
      const { pid } = data as { pid: number };
      ran.push((await ask(lab, "GET", `${path}/agent/exec-status?pid=${pid}`)).data);
    }
    expect(ran).toMatchObject([{ "out-data": "a b\n" }, { "out-data": "a b\n" }]);
  });
});
