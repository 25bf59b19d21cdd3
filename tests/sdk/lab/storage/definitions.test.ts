import { afterEach, beforeEach, describe, expect, test } from "@jest/globals";
import { LabClient } from "../qemu/client.ts";

let client: LabClient;

beforeEach(async () => {
  client = await LabClient.start();
});
afterEach(() => client.close());

const define = (params: Readonly<Record<string, unknown>>) => client.call("POST", "/storage", params);

describe("a new storage", () => {
  test("on a server has to be reached", async () => {
    const nfs = {
      storage: "backup",
      type: "nfs",
      server: "192.0.2.5",
      export: "/srv/backup",
      content: "backup",
    };
    expect(await define(nfs)).toMatchObject({ status: 200, data: { storage: "backup", type: "nfs" } });
    expect(await client.fields("/storage/backup")).toMatchObject({ path: "/mnt/pve/backup", shared: 1 });
    expect(await client.fields("/nodes/pve3/storage/backup/status")).toMatchObject({ active: 1, shared: 1 });
    const offline = await define({ ...nfs, storage: "other", server: "192.0.2.99" });
    expect(offline.message).toBe("create storage failed: storage 'other' is not online");
    const denied = await define({ ...nfs, storage: "other", export: "/none" });
    expect(denied.message).toContain("access denied by server while mounting 192.0.2.5:/none");
    expect(await client.call("GET", "/storage/other")).toMatchObject({ status: 500 });
  });

  test("that is disabled is not tried", async () => {
    const params = { storage: "later", type: "nfs", server: "192.0.2.99", export: "/x", disable: 1 };
    expect(await define(params)).toMatchObject({ status: 200 });
    expect(await client.fields("/storage/later")).toMatchObject({ disable: 1 });
    await client.ok("PUT", "/storage/later", { disable: 0 });
    expect(await client.fields("/nodes/pve1/storage/later/status")).toMatchObject({ enabled: 1, active: 0 });
  });

  test("keeps no password, and shows a key that it made once", async () => {
    const pbs = { storage: "pbs", type: "pbs", server: "192.0.2.6", datastore: "main", username: "u@pbs" };
    const made = await define({ ...pbs, password: "geheim", "encryption-key": "autogen" });
    const { config } = made.data as { config: Record<string, string> };
    const { fingerprint } = JSON.parse(config["encryption-key"] ?? "{}") as { fingerprint: string };
    const kept = await client.fields("/storage/pbs");
    expect(kept).toMatchObject({ "encryption-key": fingerprint, content: "backup" });
    expect(JSON.stringify(kept)).not.toContain("geheim");
    const other = await define({ ...pbs, storage: "pbs2", datastore: "none" });
    expect(other.message).toBe(
      "create storage failed: pbs2: Cannot find datastore 'none', check permissions and existence!",
    );
  });

  test("is told as the file has it, folders one by one", async () => {
    const dir = { storage: "dd", type: "dir", path: "/mnt/dd", content: "iso,backup" };
    await define({ ...dir, disable: 0, "content-dirs": "iso=isos,backup=/b" });
    const told = await client.fields("/storage/dd");
    expect(told).not.toHaveProperty("disable");
    expect(told["content-dirs"]).toEqual({ iso: "isos", backup: "/b" });
  });

  test("has a folder for each kind of content", async () => {
    const dir = { storage: "dd", type: "dir", path: "/mnt/dd", content: "iso,backup" };
    expect((await define({ ...dir, "content-dirs": "iso=a,backup=./a/" })).message).toBe(
      "create storage failed: storage 'dd' uses directory /mnt/dd/a for multiple content types",
    );
    expect((await define({ ...dir, content: "none" })).message).toBe(
      "create storage failed: unknown vtype 'none'",
    );
    expect((await define({ ...dir, "content-dirs": "iso=../a" })).errors).toEqual({
      "content-dirs": "invalid format - invalid override 'iso=../a'\n",
    });
    expect((await define({ ...dir, "content-dirs": "isos=a" })).errors).toEqual({
      "content-dirs": "invalid format - invalid content type 'isos'\n",
    });
  });

  test("takes content that its type can hold", async () => {
    const thin = { storage: "thin", type: "lvmthin", vgname: "pve", thinpool: "data" };
    expect((await define({ ...thin, content: "iso" })).message).toBe(
      "storage does not support content type 'none'",
    );
    expect((await define({ ...thin, thinpool: "none" })).message).toBe(
      "create storage failed: no such logical volume pve/none",
    );
    await define({ ...thin, content: "iso,images" });
    expect(await client.fields("/storage/thin")).toMatchObject({ content: "images" });
    const both = await define({ storage: "dd", type: "dir", path: "/mnt/d", content: "none,iso" });
    expect(both.message).toBe("unable to combine 'none' with other content types");
  });
});

describe("a storage", () => {
  test("that others rest on stays", async () => {
    await client.ok("POST", "/storage", {
      ...{ storage: "san", type: "iscsi", portal: "192.0.2.5" },
      ...{ target: "iqn.2003-01.com.example:storage.disk1", content: "none" },
    });
    await client.ok("POST", "/storage", {
      storage: "vg",
      type: "lvm",
      vgname: "vg",
      base: "san:0.0.0.scsi-1",
    });
    expect((await client.call("DELETE", "/storage/san")).message).toBe(
      "delete storage failed: can't remove storage - storage is used as base of another storage",
    );
    await client.ok("DELETE", "/storage/vg");
    await client.ok("DELETE", "/storage/san");
  });

  test("takes what rests on it along when it goes, but for local, which comes back", async () => {
    await client.ok("DELETE", "/storage/nfs");
    expect(client.lab.state.pools.get("production")?.storages.has("nfs")).toBe(false);
    await client.ok("DELETE", "/storage/local");
    expect(await client.fields("/storage/local")).toMatchObject({
      type: "dir",
      "prune-backups": "keep-all=1",
    });
  });

  test("keeps what is fixed", async () => {
    const changed = await client.call("PUT", "/storage/nfs", { server: "192.0.2.7" });
    expect(changed.message).toBe("update storage failed: can't change value of fixed parameter 'server'");
    const odd = await client.call("PUT", "/storage/nfs", { krbd: 1 });
    expect(odd.message).toBe("update storage failed: unexpected property 'krbd'");
    const both = await client.call("PUT", "/storage/nfs", { content: "iso", delete: "content" });
    expect(both.message).toMatch(/cannot set and delete property 'content' at the same time!$/);
  });
});

describe("scans", () => {
  test("tell what servers offer", async () => {
    expect(await client.rows("/nodes/pve1/scan/nfs", { server: "nas.example.com" })).toHaveLength(2);
    expect(await client.rows("/nodes/pve1/scan/lvmthin", { vg: "pve" })).toMatchObject([{ lv: "data" }]);
    const gone = await client.call("GET", "/nodes/pve1/scan/cifs", { server: "none.example.com" });
    expect(gone.message).toBe("unable to resolve address for server 'none.example.com'");
    const group = await client.call("GET", "/nodes/pve1/scan/lvmthin", { vg: "none" });
    expect(group.message).toMatch(
      /^command '\/sbin\/lvs .* --config 'report\/time_format="%s"' .* none' failed: exit code 5$/,
    );
  });
});
