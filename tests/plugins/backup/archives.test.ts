import { describe, expect, test } from "@jest/globals";
import fc from "fast-check";
import { parseConfig } from "../../../plugins/backup/archive-config.ts";
import { backupFiles } from "../../../plugins/backup/backup-files.ts";
import { backupGetConfig } from "../../../plugins/backup/backup-get-config.ts";
import { backupList } from "../../../plugins/backup/backup-list.ts";
import { ToolError } from "../../../sdk/errors.ts";
import { codeOf, pageOf, readOf } from "../../helpers/fake-reader.ts";
import { fakeStorage, readerOf, STORAGES } from "./fakes.ts";

const CONTENT = "GET /nodes/{node}/storage/{storage}/content";
const NFS = { volid: "nfs:backup/vzdump-qemu-100-1.vma.zst", vmid: 100, subtype: "qemu", ctime: 20, size: 5 };
const LOCAL = { volid: "local:backup/vzdump-lxc-200-1.tar.zst", vmid: 200, ctime: 10, protected: 1 };

function content({ node, storage }: { node: string; storage: string }): readonly object[] {
  if (storage === "nfs") return [NFS];
  return storage === "local" && node === "pve2" ? [LOCAL] : [];
}

describe("proxmox_backup_list", () => {
  test("asks a shared storage once and others on each node, and nothing by guest", async () => {
    const reader = readerOf({ [CONTENT]: content });
    const { rows } = await pageOf(backupList, {}, reader);
    expect(rows.map(({ volid, node, guest, kind }) => [volid, node, guest, kind])).toEqual([
      [NFS.volid, undefined, "web", "qemu"],
      [LOCAL.volid, "pve2", "ct", "lxc"],
    ]);
    expect(reader.calls.mock.calls.map(([, params]) => params)).toEqual([
      { node: "pve1", storage: "local", content: "backup" },
      { node: "pve2", storage: "local", content: "backup" },
      { node: "pve1", storage: "nfs", content: "backup" },
      { node: "pve1", storage: "pbs", content: "backup" },
    ]);
  });

  test("asks only the storage that the filter names", async () => {
    const reader = readerOf({ [CONTENT]: content });
    await pageOf(backupList, { filter: { storage: "NFS" } }, reader);
    expect(reader.calls).toHaveBeenCalledTimes(1);
  });

  test("names what could not be read", async () => {
    const storages = [...STORAGES, fakeStorage({ storage: "usb", status: "unknown" })];
    const refused = new ToolError({ code: "forbidden", message: "no right to see" });
    const reader = readerOf(
      {
        [CONTENT]: (place: { node: string; storage: string }) => {
          if (place.storage === "pbs") throw refused;
          return content(place);
        },
      },
      { storages },
    );
    const { unseen } = (await readOf(backupList, {}, reader)) as { unseen: readonly string[] };
    expect(unseen).toEqual(["usb on pve1 is unknown", "pbs on pve1: no right to see"]);
  });
});

describe("proxmox_backup_get_config", () => {
  const text = "#first: %C3%BC\n#second\nname: web\ncipassword: $5$hash\nscsi0: thin:vm-100-disk-0,size=1G\n";
  const answers = {
    [CONTENT]: content,
    "GET /nodes/{node}/vzdump/extractconfig": `${text}#qmdump#map:scsi0:drive-scsi0:thin:raw:\n[snap]\nname: old\n`,
  };

  test("shows the configuration without the password's hash", async () => {
    const result = (await readOf(backupGetConfig, { volid: NFS.volid }, readerOf(answers))) as {
      fields: Record<string, unknown>;
    };
    expect(result.fields).toMatchObject({
      ...{ kind: "qemu", vmid: 100, ctime: 20, drives: ["scsi0"] },
      config: { name: "web", cipassword: "**********", description: "first: ü\nsecond" },
    });
  });

  test.each([
    ["a backup that is not there", { volid: "nfs:backup/none" }, "not_found"],
    ["a storage that is not there", { volid: "nope:backup/none" }, "not_found"],
    ["a node that does not have it", { volid: LOCAL.volid, node: "pve1" }, "not_found"],
  ])("refuses %s", async (_, input, code) => {
    expect(await codeOf(readOf(backupGetConfig, input, readerOf(answers)))).toBe(code);
  });

  test("asks which of two local backups of one name is meant", async () => {
    const reader = readerOf({ ...answers, [CONTENT]: () => [LOCAL] });
    expect(await codeOf(readOf(backupGetConfig, { volid: LOCAL.volid }, reader))).toBe("invalid_input");
    await readOf(backupGetConfig, { volid: LOCAL.volid, node: "pve2" }, reader);
    expect(reader.calls).toHaveBeenLastCalledWith("/nodes/{node}/vzdump/extractconfig", {
      node: "pve2",
      volume: LOCAL.volid,
    });
  });
});

describe("a configuration in a backup", () => {
  test("gives back every option, whatever its value", () => {
    const key = fc.stringMatching(/^[a-z][a-z0-9]{0,9}$/);
    const value = fc.stringMatching(/^[!-~]([ -~]{0,40}[!-~])?$/);
    fc.assert(
      fc.property(fc.dictionary(key, value), (options) => {
        const text = Object.entries(options).map(([name, given]) => `${name}: ${given}\n`);
        expect(parseConfig(text.join("")).options).toEqual(options);
      }),
    );
  });

  test("may hold a description that is no valid code", () => {
    expect(parseConfig("#100% done\n").options).toEqual({ description: "100% done" });
  });
});

describe("proxmox_backup_files", () => {
  const volid = "pbs:backup/ct/200/2026-01-01T00:00:00Z";
  const path = "/root.pxar.didx/etc/ü";
  const encoded = Buffer.from(path).toString("base64");
  const answers = {
    [CONTENT]: [{ volid, vmid: 200 }],
    "GET /nodes/{node}/storage/{storage}/file-restore/list": [
      { filepath: encoded, text: "ü", type: "f", leaf: 1, size: 3, mtime: 4 },
    ],
  };

  test("encodes the path that is asked for and decodes those in the answer", async () => {
    const reader = readerOf(answers);
    const { rows } = await pageOf(backupFiles, { volid, path: path.slice(1) }, reader);
    expect(rows).toEqual([{ name: "ü", path, type: "file", leaf: true, size: 3, mtime: 4 }]);
    expect(reader.calls).toHaveBeenLastCalledWith("/nodes/{node}/storage/{storage}/file-restore/list", {
      ...{ node: "pve1", storage: "pbs", volume: volid, filepath: encoded },
    });
  });

  test("says that other storages cannot do that", async () => {
    expect(await codeOf(readOf(backupFiles, { volid: NFS.volid }, readerOf(answers)))).toBe("unsupported");
  });
});
