import { expect, test } from "@jest/globals";
import { prunePreview } from "../../../plugins/storage/prune.ts";
import { storageScan } from "../../../plugins/storage/scan.ts";
import { storageContent } from "../../../plugins/storage/storage-content.ts";
import { storageGet } from "../../../plugins/storage/storage-get.ts";
import { storageList } from "../../../plugins/storage/storage-list.ts";
import { codeOf, readOf } from "../../helpers/fake-reader.ts";
import { storageReader } from "./fakes.ts";

test("the list has a line for each node, and adds what the overview leaves out", async () => {
  const { rows, unseen } = (await readOf(storageList, {}, storageReader())) as {
    rows: readonly { storage: string; status: string; share?: number }[];
    unseen: readonly string[];
  };
  expect(rows.find(({ storage }) => storage === "nas")).toMatchObject({ status: "available", share: 0.25 });
  expect(rows.find(({ storage }) => storage === "off")).toMatchObject({ status: "disabled" });
  expect(rows.find(({ storage }) => storage === "fast")).toMatchObject({ status: "unknown" });
  expect(unseen).toEqual([expect.stringContaining("pve3 is offline")]);
});

test("a storage tells its space on each node, and which could not be seen", async () => {
  const reader = storageReader({
    "GET /nodes/{node}/storage/{storage}/status": ({ node }: { node: string }) => {
      if (node === "pve2") throw new Error("no answer");
      return { active: 1, total: 4, used: 1, avail: 3 };
    },
  });
  expect(await readOf(storageGet, { storage: "nas" }, reader)).toMatchObject({
    title: "Storage nas (nfs)",
    fields: {
      shared: true,
      space: [{ node: "pve1", active: true, total: 4, used: 1, avail: 3 }],
      options: { path: "/mnt/pve/nas" },
    },
    unseen: [expect.stringContaining("pve3 is offline"), expect.stringContaining("pve2 did not tell")],
  });
});

test("a disabled storage is shown without asking any node", async () => {
  const reader = storageReader();
  const shown = await readOf(storageGet, { storage: "off" }, reader);
  expect(shown).toMatchObject({ fields: { disabled: true, space: [] } });
  expect(reader.calls).toHaveBeenCalledTimes(1);
});

test("volumes come with protection and the notes without their line's end", async () => {
  const { rows } = (await readOf(storageContent, { storage: "nas" }, storageReader())) as {
    rows: readonly { content: string; protected?: boolean; notes?: string }[];
  };
  expect(rows.find(({ content }) => content === "backup")).toMatchObject({ protected: true, notes: "kept" });
  expect(rows.find(({ content }) => content === "iso")?.protected).toBeUndefined();
});

test("a scan asks for what its kind takes, and passes on nothing else", async () => {
  const reader = storageReader({
    "GET /nodes/{node}/scan/cifs": [{ share: "media", description: "Films" }],
  });
  const asked = { node: "pve1", kind: "cifs", server: "192.0.2.5", username: "me" };
  expect(await readOf(storageScan, asked, reader)).toMatchObject({
    rows: [{ name: "media", info: "Films" }],
  });
  expect(reader.calls).toHaveBeenCalledWith("/nodes/{node}/scan/cifs", {
    node: "pve1",
    server: "192.0.2.5",
    username: "me",
  });
  for (const wrong of [{ kind: "cifs" }, { kind: "lvm", server: "x" }, { kind: "pbs", server: "x" }]) {
    expect(await codeOf(readOf(storageScan, { node: "pve1", ...wrong }, reader))).toBe("invalid_input");
  }
});

test("a preview of pruning goes by the rules and the selection given", async () => {
  const reader = storageReader({
    "GET /nodes/{node}/storage/{storage}/prunebackups": [
      { volid: "nas:backup/a", mark: "keep", ctime: 1, vmid: 100, type: "qemu" },
    ],
  });
  const asked = { storage: "nas", "prune-backups": "keep-last=1", vmid: 100 };
  expect(await readOf(prunePreview, asked, reader)).toMatchObject({ rows: [{ mark: "keep" }] });
  expect(reader.calls).toHaveBeenCalledWith(
    "/nodes/{node}/storage/{storage}/prunebackups",
    expect.objectContaining({ node: "pve1", ...asked }),
  );
});
