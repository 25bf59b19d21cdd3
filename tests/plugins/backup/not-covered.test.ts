import { expect, test } from "@jest/globals";
import { backupNotCovered } from "../../../plugins/backup/backup-not-covered.ts";
import { pageOf } from "../../helpers/fake-reader.ts";
import { readerOf } from "./fakes.ts";

test("proxmox_backup_not_covered tells where the guests are, and keeps one that the inventory lacks", async () => {
  const reader = readerOf({
    "GET /cluster/backup-info/not-backed-up": [
      { vmid: 999, name: "new", type: "qemu" },
      { vmid: 200, name: "", type: "lxc" },
    ],
  });
  const { rows } = await pageOf(backupNotCovered, {}, reader);
  expect(rows).toMatchObject([
    { vmid: 200, name: "ct", kind: "lxc", node: "pve2", status: "stopped" },
    { vmid: 999, name: "new", kind: "qemu" },
  ]);
});
