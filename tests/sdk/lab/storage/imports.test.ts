import { afterEach, beforeEach, describe, expect, test } from "@jest/globals";
import { LabClient } from "../qemu/client.ts";

let client: LabClient;
beforeEach(async () => {
  client = await LabClient.start("baseline");
});
afterEach(() => client.close());

const STORAGE = "/nodes/vm/storage/local";

describe("images of a registry", () => {
  const pull = (params: Readonly<Record<string, unknown>>) =>
    client.call("POST", `${STORAGE}/oci-registry-pull`, params);

  test("become container templates, once under a name", async () => {
    expect(await client.ok("GET", "/nodes/vm/query-oci-repo-tags", { reference: "alpine" })).toContain(
      "3.22",
    );
    const reference = "docker.io/library/alpine:3.22";
    const upid = String((await pull({ reference })).data);
    expect(upid).toContain(":ociregistrypull:alpine_3.22.tar:");
    expect((await client.ended(upid)).exitstatus).toBe("OK");
    const templates = await client.rows(`${STORAGE}/content`, { content: "vztmpl" });
    expect(templates.map(({ volid }) => volid)).toContain("local:vztmpl/alpine_3.22.tar");
    expect((await pull({ reference: "alpine:3.22" })).message).toBe(
      "refusing to override existing file 'alpine_3.22.tar'",
    );
  });

  test("that the registry does not have end the command that fetches them", async () => {
    const params = { reference: "alpine:none", filename: "mine" };
    const { exitstatus } = await client.task("POST", `${STORAGE}/oci-registry-pull`, params);
    expect(exitstatus).toMatch(
      /^command 'skopeo copy docker:\/\/alpine:none oci-archive:\/var\/lib\/vz\/template\/cache\/mine\.tar\.tmp\.\d+' failed: exit code 1$/,
    );
    const tags = await client.call("GET", "/nodes/vm/query-oci-repo-tags", { reference: "nothing" });
    expect(tags.message).toBe("command 'skopeo list-tags docker://nothing' failed: exit code 1");
  });

  test("go where templates may lie", async () => {
    await client.ok("PUT", "/storage/local", { content: "iso" });
    expect((await pull({ reference: "alpine:3.22" })).message).toBe(
      "storage 'local' is not configured for content-type 'vztmpl'",
    );
  });
});

describe("an archive with a machine", () => {
  const metadata = (volume: string) => client.call("GET", `${STORAGE}/import-metadata`, { volume });

  test.each([
    [
      "import/none.ova",
      "command 'tar -xO --wildcards '--occurrence=1' -f /var/lib/vz/import/none.ova '*.ovf'' failed: exit code 2",
    ],
    ["import/disk.qcow2", "invalid format"],
    ["iso/x.iso", "invalid content type 'iso'"],
    ["local:import/x.ova", "unable to parse directory volume name 'local:import/x.ova'"],
  ])("is none in %s", async (volume, message) => {
    expect(await metadata(volume)).toMatchObject({ status: 500, message });
  });

  test("tells what a VM would be made with", async () => {
    const { state } = client.lab;
    const storage = state.storages.get("local");
    if (storage === undefined) throw new Error("no local storage");
    const file = { content: "import", format: "ova", size: 4096, used: 4096, ctime: 1 } as const;
    state.volumes.put(storage, "vm", { volid: "local:import/box.ova", ...file });
    expect((await metadata("import/box.ova")).data).toMatchObject({
      type: "vm",
      source: "import/box.ova",
      disks: { scsi0: { volid: "local:import/box.ova/box-disk1.vmdk" } },
      warnings: [{ type: "ova-needs-extracting" }],
    });
  });
});

test("a storage is known by what it stands for", async () => {
  const first = await client.fields(`${STORAGE}/identity`);
  expect(first).toEqual({ id: expect.stringMatching(/^[0-9a-f]{64}$/), type: "dir" });
  await client.ok("PUT", "/storage/local", { content: "iso" });
  expect(await client.fields(`${STORAGE}/identity`)).toEqual(first);
  expect(await client.call("GET", "/nodes/vm/storage/none/identity")).toMatchObject({
    status: 500,
    message: "storage 'none' does not exist",
  });
});
