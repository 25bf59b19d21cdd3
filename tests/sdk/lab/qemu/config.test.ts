import { createHash } from "node:crypto";
import { afterEach, beforeEach, describe, expect, test } from "@jest/globals";
import { LabClient } from "./client.ts";

const RUNNING = "/nodes/pve1/qemu/101";
const STOPPED = "/nodes/pve2/qemu/110";

let client: LabClient;
beforeEach(async () => {
  client = await LabClient.start();
});
afterEach(() => client.close());

async function row(path: string, key: string): Promise<Record<string, unknown> | undefined> {
  return (await client.rows(`${path}/pending`)).find((one) => one.key === key);
}

describe("a running VM", () => {
  test("keeps what needs a restart pending until it stops", async () => {
    await client.ok("PUT", `${RUNNING}/config`, { cores: 8 });
    expect(await row(RUNNING, "cores")).toMatchObject({ value: 2, pending: 8 });
    expect((await client.fields(`${RUNNING}/config`)).cores).toBe(8);
    expect((await client.fields(`${RUNNING}/config`, { current: 1 })).cores).toBe(2);
    await client.task("POST", `${RUNNING}/status/stop`);
    expect(await row(RUNNING, "cores")).toEqual({ key: "cores", value: 8 });
  });

  test("takes names, tags and hot-pluggable devices at once", async () => {
    await client.ok("PUT", `${RUNNING}/config`, {
      name: "web9",
      tags: "Z,a",
      net1: "virtio,bridge=vmbr0",
      scsi1: "local-lvm:4",
    });
    expect(await row(RUNNING, "name")).toEqual({ key: "name", value: "web9" });
    expect(await row(RUNNING, "tags")).toEqual({ key: "tags", value: "a;z" });
    expect(await row(RUNNING, "net1")).not.toHaveProperty("pending");
    expect(await row(RUNNING, "scsi1")).toEqual({
      key: "scsi1",
      value: "local-lvm:vm-101-disk-1,size=4G",
    });
  });

  test("a pending change is reverted, a pending deletion too", async () => {
    await client.ok("PUT", `${RUNNING}/config`, { memory: 4096, delete: "cores" });
    expect(await row(RUNNING, "cores")).toMatchObject({ value: 2, delete: 1 });
    await client.ok("PUT", `${RUNNING}/config`, { revert: "memory,cores" });
    expect(await row(RUNNING, "memory")).toEqual({ key: "memory", value: "2048" });
    expect(await row(RUNNING, "cores")).toEqual({ key: "cores", value: 2 });
  });

  test("with hotplug off a new disk waits", async () => {
    await client.ok("PUT", `${RUNNING}/config`, { hotplug: "0" });
    await client.ok("PUT", `${RUNNING}/config`, { scsi1: "local-lvm:4" });
    expect(await row(RUNNING, "scsi1")).toMatchObject({ pending: "local-lvm:vm-101-disk-1,size=4G" });
  });

  test("names options of a running cloud-init VM that its image lacks", async () => {
    await client.task("POST", "/nodes/pve1/qemu/900/clone", { newid: 300, full: 1 });
    const path = "/nodes/pve1/qemu/300";
    await client.ok("PUT", `${path}/config`, { ciuser: "me" });
    await client.task("POST", `${path}/status/start`);
    await client.ok("PUT", `${path}/config`, { ciuser: "you", nameserver: "192.0.2.1" });
    const rows = await client.rows(`${path}/cloudinit`);
    expect(rows).toContainEqual({ key: "ciuser", value: "me", pending: "you" });
    expect(rows).toContainEqual({ key: "nameserver", pending: "192.0.2.1" });
    await client.ok("PUT", `${path}/cloudinit`);
    expect(await client.rows(`${path}/cloudinit`)).toContainEqual({ key: "ciuser", value: "you" });
  });
});

describe("changing a configuration", () => {
  test("POST does in a task what PUT does at once", async () => {
    const { exitstatus, log } = await client.task("POST", `${STOPPED}/config`, { cores: 3 });
    expect(exitstatus).toBe("OK");
    expect(log[0]).toBe("update VM 110: -cores 3");
    expect((await client.fields(`${STOPPED}/config`)).cores).toBe(3);
    expect(await client.ok("POST", `${STOPPED}/config`, { cores: 4, background_delay: 5 })).toBeNull();
  });

  test("the digest is the SHA-1 of the file and guards it", async () => {
    const config = await client.fields(`${STOPPED}/config`);
    const file = Object.entries(config)
      .filter(([key]) => key !== "digest")
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([key, value]) => `${key}: ${String(value)}\n`)
      .join("");
    expect(config.digest).toBe(createHash("sha1").update(file).digest("hex"));
    await client.ok("PUT", `${STOPPED}/config`, { cores: 3, digest: config.digest });
    expect(await client.call("PUT", `${STOPPED}/config`, { cores: 4, digest: config.digest })).toMatchObject({
      status: 500,
      message: "checksum mismatch (file change by other user?)",
    });
  });

  test("nothing is changed where one of several options fails", async () => {
    const before = await client.fields(`${STOPPED}/config`);
    const answer = await client.call("PUT", `${STOPPED}/config`, { scsi1: "local-lvm:nope,size=1G" });
    expect(answer.status).toBe(500);
    expect(await client.fields(`${STOPPED}/config`)).toEqual(before);
  });

  test("a drive taken away stays as unused until it is deleted", async () => {
    await client.ok("PUT", `${STOPPED}/config`, { scsi1: "local-lvm:4" });
    await client.ok("PUT", `${STOPPED}/config`, { delete: "scsi1" });
    expect((await client.fields(`${STOPPED}/config`)).unused0).toBe("local-lvm:vm-110-disk-1");
    await client.ok("PUT", `${STOPPED}/config`, { delete: "unused0" });
    const volumes = await client.rows("/nodes/pve2/storage/local-lvm/content", { vmid: 110 });
    expect(volumes.map((one) => one.volid)).toEqual(["local-lvm:vm-110-disk-0"]);
  });

  test("a boot order may only name what is there", async () => {
    expect(await client.call("PUT", `${STOPPED}/config`, { boot: "order=scsi7" })).toMatchObject({
      status: 500,
      message: "invalid bootorder: device 'scsi7' does not exist'",
    });
  });

  test("more balloon than memory is refused", async () => {
    expect(await client.call("PUT", `${STOPPED}/config`, { balloon: 4096 })).toMatchObject({
      status: 500,
      message: "balloon value too large (must be smaller than assigned memory)",
    });
  });
});
