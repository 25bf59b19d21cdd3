import { afterEach, beforeEach, describe, expect, test } from "@jest/globals";
import { storeArchive } from "../../../../sdk/lab/qemu/archive.ts";
import { LabClient } from "../qemu/client.ts";

const STOPPED = "/nodes/pve3/lxc/203";
const RUNNING = "/nodes/pve1/lxc/201";
let lab: LabClient;

beforeEach(async () => {
  lab = await LabClient.start();
});
afterEach(() => lab.close());

describe("power", () => {
  test("a shutdown that is ignored fails, or ends in force", async () => {
    const runtime = lab.lab.state.guests.get(201)?.runtime;
    if (runtime !== undefined) runtime.ignoresShutdown = true;
    expect(await lab.task("POST", `${RUNNING}/status/shutdown`, { timeout: 5 })).toMatchObject({
      exitstatus: "container did not stop",
    });
    expect(await lab.task("POST", `${RUNNING}/status/shutdown`, { timeout: 5, forceStop: 1 })).toMatchObject({
      exitstatus: "OK",
    });
  });

  test("only what was suspended is resumed", async () => {
    await lab.task("POST", `${RUNNING}/status/suspend`);
    expect(await lab.fields(`${RUNNING}/status/current`)).toMatchObject({ status: "stopped" });
    expect(await lab.task("POST", `${RUNNING}/status/resume`)).toMatchObject({ exitstatus: "OK" });
    expect(await lab.task("POST", `${STOPPED}/status/resume`)).toMatchObject({
      exitstatus: expect.stringMatching(/^command 'lxc-checkpoint -n 203 -r .*exit code 1$/),
    });
  });

  test("under HA the manager acts, after the task that asked has ended", async () => {
    const guest = lab.lab.state.guests.get(203);
    if (guest !== undefined) guest.ha = { state: "stopped" };
    expect(await lab.task("POST", `${STOPPED}/status/start`)).toMatchObject({
      log: expect.arrayContaining(["Requesting HA start for CT 203"]),
    });
    expect(await lab.newest("vzstart")).toMatchObject({ exitstatus: "OK" });
    expect(await lab.fields(`${STOPPED}/status/current`)).toMatchObject({
      status: "running",
      ha: { managed: 1, state: "started" },
    });
    expect(await lab.call("DELETE", STOPPED)).toMatchObject({
      message: "unable to remove CT 203 - used in HA resources and purge parameter not set.",
    });
  });

  test("a running container shows the addresses of its configuration", async () => {
    await lab.ok("PUT", `${RUNNING}/config`, {
      net1: "name=eth1,bridge=vmbr0,ip=192.0.2.77/24,ip6=manual",
    });
    const rows = await lab.rows(`${RUNNING}/interfaces`);
    expect(rows.map(({ name, inet }) => [name, inet])).toEqual([
      ["lo", "127.0.0.1/8"],
      ["eth0", expect.stringMatching(/^198\.51\.100\.\d+\/24$/)],
      ["eth1", "192.0.2.77/24"],
    ]);
  });
});

describe("migration", () => {
  test("restarts a running container on the other node", async () => {
    expect(await lab.call("POST", `${RUNNING}/migrate`, { target: "pve2" })).toMatchObject({
      message: "can't migrate running container without --online or --restart",
    });
    expect(await lab.task("POST", `${RUNNING}/migrate`, { target: "pve2", restart: 1 })).toMatchObject({
      exitstatus: "OK",
    });
    expect(await lab.fields("/nodes/pve2/lxc/201/status/current")).toMatchObject({ status: "running" });
  });

  test("is not done live", async () => {
    expect(await lab.task("POST", `${RUNNING}/migrate`, { target: "pve2", online: 1 })).toMatchObject({
      exitstatus: "migration aborted",
      log: expect.arrayContaining([expect.stringContaining("live migration is currently not implemented")]),
    });
    expect(await lab.fields(`${RUNNING}/status/current`)).toMatchObject({ status: "running" });
  });

  test("leaves behind what is mounted from the node", async () => {
    lab.lab.state.guests.get(203)?.config.set("mp0", "/srv,mp=/srv");
    expect(await lab.task("POST", `${STOPPED}/migrate`, { target: "pve1" })).toMatchObject({
      exitstatus: "migration aborted",
      log: expect.arrayContaining([expect.stringContaining("local bind mount point 'mp0'")]),
    });
  });
});

describe("creation and restore", () => {
  const given = { vmid: 300, ostemplate: "nfs:vztmpl/debian-13-standard_13.1-2_amd64.tar.zst" };

  test("fills in what is left out", async () => {
    const made = await lab.task("POST", "/nodes/pve1/lxc", { ...given, storage: "local-lvm", start: 1 });
    expect(made.exitstatus).toBe("OK");
    expect(await lab.newest("vzstart")).toMatchObject({ exitstatus: "OK" });
    expect(await lab.fields("/nodes/pve1/lxc/300/config")).toMatchObject({
      hostname: "CT300",
      memory: 512,
      swap: 512,
      ostype: "debian",
      rootfs: "local-lvm:vm-300-disk-0,size=4G",
      unprivileged: 1,
    });
  });

  test("leaves nothing behind when it fails", async () => {
    const none = { ...given, ostemplate: "nfs:vztmpl/none.tar.gz", storage: "local-lvm" };
    expect((await lab.task("POST", "/nodes/pve1/lxc", none)).exitstatus).toMatch(
      /^unable to create CT 300 - /,
    );
    expect(await lab.rows("/nodes/pve1/storage/local-lvm/content", { vmid: 300 })).toEqual([]);
    expect(await lab.call("GET", "/nodes/pve1/lxc/300/config")).toMatchObject({ status: 500 });
  });

  test("a backup overwrites a container only with force", async () => {
    const { state } = lab.lab;
    const nfs = state.storages.get("nfs");
    if (nfs === undefined) throw new Error("the seed has no nfs");
    const volid = "nfs:backup/vzdump-lxc-203-2026_01_01-00_00_00.tar.zst";
    const file = { content: "backup", format: "tar.zst", vmid: 203, size: 9, used: 9, ctime: 0 } as const;
    const config = new Map([
      ["hostname", "saved"],
      ["rootfs", "local-lvm:vm-203-disk-0,size=3G"],
      ["net0", "name=eth0,bridge=vmbr0,hwaddr=BC:24:11:00:00:01,type=veth"],
      ["unprivileged", "1"],
    ]);
    storeArchive(state.volumes.put(nfs, "pve3", { volid, ...file }), { config, disks: new Map() });
    const restore = { vmid: 203, ostemplate: volid, restore: 1, storage: "local-lvm" };
    expect(await lab.call("POST", "/nodes/pve3/lxc", restore)).toMatchObject({
      message: "CT 203 already exists on node 'pve3'",
    });
    expect(await lab.task("POST", "/nodes/pve3/lxc", { ...restore, force: 1, unique: 1 })).toMatchObject({
      exitstatus: "OK",
    });
    const restored = await lab.fields(`${STOPPED}/config`);
    expect(restored).toMatchObject({
      hostname: "saved",
      unprivileged: 1,
      rootfs: expect.stringMatching(/size=3G$/),
    });
    expect(restored.net0).not.toContain("BC:24:11:00:00:01");
    expect(restored).not.toHaveProperty("lock");
  });
});
