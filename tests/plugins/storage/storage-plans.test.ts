import { describe, expect, test } from "@jest/globals";
import { applianceDownload } from "../../../plugins/storage/appliances.ts";
import { downloadUrl } from "../../../plugins/storage/download-url.ts";
import { prune } from "../../../plugins/storage/prune.ts";
import { storageAllocate } from "../../../plugins/storage/storage-allocate.ts";
import { storageDefine, storageRemove, storageUpdate } from "../../../plugins/storage/storage-define.ts";
import { volumeDelete } from "../../../plugins/storage/volume-delete.ts";
import { volumeUpdate } from "../../../plugins/storage/volume-update.ts";
import { ToolError } from "../../../sdk/errors.ts";
import { codeOf, planOf } from "../../helpers/fake-reader.ts";
import { storageReader } from "./fakes.ts";

const GIB = 2 ** 30;

describe("definitions", () => {
  test("a name is defined once, and only what exists is changed or removed", async () => {
    const reader = storageReader();
    const dir = { type: "dir", path: "/srv" };
    expect(await planOf(storageDefine, { storage: "new", ...dir }, reader)).toMatchObject([
      { method: "POST", params: { storage: "new", ...dir } },
    ]);
    expect(await codeOf(planOf(storageDefine, { storage: "nas", ...dir }, reader))).toBe("conflict");
    expect(await codeOf(planOf(storageUpdate, { storage: "new", disable: true }, reader))).toBe("not_found");
    expect(await codeOf(planOf(storageUpdate, { storage: "nas", digest: "a" }, reader))).toBe(
      "invalid_input",
    );
    expect(await codeOf(planOf(storageRemove, { storage: "new" }, reader))).toBe("not_found");
  });
});

describe("deleting a volume", () => {
  const disk = (name: string) => ({ volid: `nas:100/vm-100-disk-${name}.qcow2` });

  test.each([
    ["a disk that nothing names, although another's ID begins alike", disk("0"), "Deletes"],
    ["a disk that is unused", disk("2"), "8.00 GiB"],
    ["an image", { volid: "nas:iso/debian.iso" }, "iso"],
  ])("%s", async (_, input, told) => {
    const [step] = await planOf(volumeDelete, input, storageReader());
    expect(step).toMatchObject({ method: "DELETE", params: { node: "pve1", storage: "nas" } });
    expect(step?.note).toContain(told);
  });

  test.each([
    ["a disk in use", disk("10"), "conflict"],
    ["a protected backup", { volid: "nas:backup/vzdump-qemu-100-2026_01_01-00_00_00.vma.zst" }, "conflict"],
    ["one that is not there", disk("7"), "not_found"],
  ])("%s is refused", async (_, input, code) => {
    expect(await codeOf(planOf(volumeDelete, input, storageReader()))).toBe(code);
  });

  test("a plan says where the guest's configuration may not be read", async () => {
    const reader = storageReader({
      "GET /nodes/{node}/qemu/{vmid}/config": () => {
        throw new ToolError({ code: "forbidden", message: "no" });
      },
    });
    const [step] = await planOf(volumeDelete, disk("10"), reader);
    expect(step?.note).toContain("could not be looked at");
  });
});

test("only backups get notes and protection", async () => {
  const volid = "nas:backup/vzdump-qemu-100-2026_01_01-00_00_00.vma.zst";
  const reader = storageReader();
  expect(await planOf(volumeUpdate, { volid, protected: false }, reader)).toMatchObject([
    { method: "PUT", params: { volume: volid, protected: false } },
  ]);
  expect(await codeOf(planOf(volumeUpdate, { volid }, reader))).toBe("invalid_input");
  const iso = { volid: "nas:iso/debian.iso", notes: "x" };
  expect(await codeOf(planOf(volumeUpdate, iso, reader))).toBe("conflict");
});

describe("making a volume", () => {
  const wanted = { vmid: 101, filename: "vm-101-a", size: "64G" };

  test.each([
    ["of a thick storage has to fit", { storage: "thick", ...wanted }, "conflict"],
    [
      "of a thin one may be larger than what is free",
      { storage: "fast", node: "pve1", ...wanted },
      "no error",
    ],
    [
      "has to have a name that is free",
      { storage: "nas", ...wanted, filename: "vm-100-disk-0.qcow2" },
      "conflict",
    ],
  ])("%s", async (_, input, code) => {
    expect(await codeOf(planOf(storageAllocate, input, storageReader()))).toBe(code);
  });

  test("a storage that its node cannot reach is told at once", async () => {
    const reader = storageReader({ "GET /nodes/{node}/storage/{storage}/status": { active: 0 } });
    expect(await codeOf(planOf(storageAllocate, { storage: "nas", ...wanted }, reader))).toBe("conflict");
  });
});

describe("pruning", () => {
  const marks = (...all: readonly string[]) =>
    storageReader({
      "GET /nodes/{node}/storage/{storage}/prunebackups": all.map((mark, at) => ({
        volid: `nas:backup/${at}`,
        mark,
        ctime: at,
      })),
    });

  test("a plan names what goes and nothing else", async () => {
    const [step] = await planOf(prune, { storage: "nas" }, marks("remove", "keep", "protected", "remove"));
    expect(step?.note).toBe("Deletes 2 backups for good, as of now: nas:backup/0, nas:backup/3.");
  });

  test("of many it names some", async () => {
    const [step] = await planOf(prune, { storage: "nas" }, marks(...Array(12).fill("remove")));
    expect(step?.note).toContain("nas:backup/9 and 2 more");
  });

  test("there is nothing to do where nothing goes", async () => {
    expect(await planOf(prune, { storage: "nas" }, marks("keep", "renamed"))).toEqual([]);
  });
});

describe("downloads", () => {
  const iso = { storage: "nas", content: "iso", url: "https://example.com/a.iso", filename: "a.iso" };
  const checksum = { checksum: "a".repeat(64), "checksum-algorithm": "sha256" };

  test("the plan tells size, free space and a missing checksum", async () => {
    const [step] = await planOf(downloadUrl, iso, storageReader());
    expect(step?.note).toBe(
      "Downloads a file of 1.00 GiB to nas on pve1, which has 16 GiB free; without a checksum.",
    );
    const [sure] = await planOf(downloadUrl, { ...iso, ...checksum }, storageReader());
    expect(sure?.note).not.toContain("checksum");
  });

  test("a size that the server does not tell is no obstacle, and is told", async () => {
    const reader = storageReader({
      "GET /nodes/{node}/query-url-metadata": () => {
        throw new ToolError({ code: "upstream", message: "405" });
      },
    });
    const [step] = await planOf(downloadUrl, iso, reader);
    expect(step?.note).toContain("of a size that the node could not tell");
  });

  test.each([
    ["larger than what is free", iso, { size: 17 * GIB }, "conflict"],
    ["of a name that is taken", { ...iso, filename: "debian.iso" }, {}, "conflict"],
    ["that the storage does not take", { ...iso, storage: "thick" }, {}, "conflict"],
    ["with half a checksum", { ...iso, checksum: "a" }, {}, "invalid_input"],
  ])("one %s is refused", async (_, input, metadata, code) => {
    const reader = storageReader({ "GET /nodes/{node}/query-url-metadata": metadata });
    expect(await codeOf(planOf(downloadUrl, input, reader))).toBe(code);
  });

  test("a template has to be one that the node is offered", async () => {
    const reader = storageReader();
    const wanted = { storage: "nas", template: "debian.tar.zst" };
    expect(await planOf(applianceDownload, wanted, reader)).toMatchObject([
      { path: "/nodes/{node}/aplinfo", params: { node: "pve1", ...wanted } },
    ]);
    expect(await codeOf(planOf(applianceDownload, { ...wanted, template: "x" }, reader))).toBe("not_found");
    expect(await codeOf(planOf(applianceDownload, { ...wanted, storage: "thick" }, reader))).toBe("conflict");
  });
});
