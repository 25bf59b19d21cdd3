import { describe, expect, test } from "@jest/globals";
import {
  backupJobCreate,
  backupJobDelete,
  backupJobUpdate,
} from "../../../plugins/backup/backup-job-changes.ts";
import { backupJobGet } from "../../../plugins/backup/backup-job-get.ts";
import { backupJobRun } from "../../../plugins/backup/backup-job-run.ts";
import { backupJobs } from "../../../plugins/backup/backup-jobs.ts";
import { backupStart } from "../../../plugins/backup/backup-start.ts";
import { codeOf, pageOf, planOf, readOf } from "../../helpers/fake-reader.ts";
import { GUESTS, readerOf } from "./fakes.ts";

const JOBS = [
  {
    ...{ id: "some", type: "vzdump", enabled: 1, schedule: "daily", "next-run": 9, storage: "nfs" },
    ...{ vmid: "100,101,102,999", mode: "stop", comment: "x", "exclude-path": ["/tmp"], protected: 1 },
    "prune-backups": { "keep-last": "3" },
  },
  {
    id: "all",
    type: "vzdump",
    all: 1,
    exclude: "100",
    node: "pve2",
    storage: "nfs",
    starttime: "02:00",
    dow: "mon",
  },
  { id: "pool", type: "vzdump", enabled: 0, pool: "prod", schedule: "daily" },
  { id: "root", type: "vzdump", all: 1, script: "/bin/true", schedule: "daily" },
  { id: "away", type: "vzdump", vmid: "102", schedule: "daily" },
];
const reader = readerOf({
  "GET /cluster/backup": JOBS,
  "GET /cluster/backup/{id}/included_volumes": {
    children: [
      {
        ...{ id: 100, name: "web", type: "qemu" },
        children: [
          { id: "100:scsi0", included: 1, reason: "backup=yes" },
          { id: "100:scsi1", included: 0, reason: "backup=no" },
        ],
      },
    ],
  },
});

describe("proxmox_backup_jobs", () => {
  test("says in words when and what", async () => {
    const { rows } = await pageOf(backupJobs, {}, reader);
    expect(rows.map(({ id, enabled, schedule, guests }) => [id, enabled, schedule, guests])).toEqual([
      ["all", true, "mon 02:00", "all but 100 on pve2"],
      ["away", true, "daily", "102"],
      ["pool", false, "daily", "pool prod"],
      ["root", true, "daily", "all"],
      ["some", true, "daily", "100,101,102,999"],
    ]);
    expect(rows.at(-1)).toMatchObject({ "prune-backups": "keep-last=3", "next-run": 9, mode: "stop" });
  });
});

describe("proxmox_backup_job_get", () => {
  test("tells what of a guest is left out, and why", async () => {
    const { fields } = (await readOf(backupJobGet, { id: "some" }, reader)) as { fields: object };
    expect(fields).toMatchObject({
      guests: [{ vmid: 100, volumes: ["scsi0"], leftOut: ["scsi1 (backup=no)"] }],
      options: { "exclude-path": ["/tmp"], protected: 1 },
    });
  });
});

describe("proxmox_backup_job_create", () => {
  const job = { schedule: "daily", storage: "nfs" };

  test("takes exclude alone for all but some", async () => {
    const [step] = await planOf(backupJobCreate, { ...job, exclude: [100] }, reader);
    expect(step?.params).toEqual({ ...job, exclude: [100], all: true });
  });

  test.each([
    ["no guests", {}, "invalid_input"],
    ["guests in two ways", { vmid: [100], pool: "prod" }, "invalid_input"],
    ["exclude with a list", { vmid: [100], exclude: [101] }, "invalid_input"],
    ["a storage without backups", { all: true, storage: "thin" }, "invalid_input"],
    ["an unknown storage", { all: true, storage: "nope" }, "not_found"],
    ["an unknown node", { all: true, node: "nope" }, "not_found"],
    ["a taken id", { all: true, id: "some" }, "conflict"],
  ])("refuses %s", async (_, parts, code) => {
    expect(await codeOf(planOf(backupJobCreate, { ...job, ...parts }, reader))).toBe(code);
  });
});

describe("proxmox_backup_job_update and delete", () => {
  test("send what is given", async () => {
    const [put] = await planOf(backupJobUpdate, { id: "some", enabled: false, delete: ["comment"] }, reader);
    expect(put?.params).toEqual({ id: "some", enabled: false, delete: ["comment"] });
    const [removal] = await planOf(backupJobDelete, { id: "some" }, reader);
    expect(removal?.params).toEqual({ id: "some" });
  });

  test("refuse a job that is not there, and no change", async () => {
    expect(await codeOf(planOf(backupJobUpdate, { id: "none", enabled: true }, reader))).toBe("not_found");
    expect(await codeOf(planOf(backupJobUpdate, { id: "some" }, reader))).toBe("invalid_input");
    expect(await codeOf(planOf(backupJobDelete, { id: "none" }, reader))).toBe("not_found");
  });
});

describe("proxmox_backup_job_run", () => {
  test("sends the job's settings to each node with its guests", async () => {
    const steps = await planOf(backupJobRun, { id: "some" }, reader);
    const settings = {
      ...{ storage: "nfs", mode: "stop", protected: 1, "exclude-path": ["/tmp"] },
      "prune-backups": "keep-last=3",
    };
    expect(steps.map(({ params }) => params)).toEqual([
      { ...settings, node: "pve1", vmid: [100] },
      { ...settings, node: "pve2", vmid: [101] },
    ]);
    expect(steps[0]?.note).toMatch(/102 left out: the node is offline; 999 left out/);
    expect(steps[1]?.note).toBe("Backs up 101 to nfs; older backups beyond keep-last=3 are removed");
  });

  test("keeps to the job's node, and takes nested pools", async () => {
    const all = await planOf(backupJobRun, { id: "all" }, reader);
    expect(all.map(({ params }) => params)).toEqual([
      { storage: "nfs", exclude: "100", node: "pve2", all: true },
    ]);
    expect(all[0]?.note).toMatch(/to nfs; older backups beyond keep-last=\d+ are removed$/);
    const pool = await planOf(backupJobRun, { id: "pool" }, reader);
    expect(pool.map(({ params }) => params)).toEqual([
      { pool: "prod", node: "pve1" },
      { pool: "prod", node: "pve2" },
    ]);
  });

  test.each([
    ["none", "not_found"],
    ["root", "unsupported"],
    ["away", "conflict"],
  ])("refuses %s", async (id, code) => {
    expect(await codeOf(planOf(backupJobRun, { id }, reader))).toBe(code);
  });
});

describe("proxmox_backup_start", () => {
  test("takes VMIDs and names, one step a node, and says what the storage removes", async () => {
    const steps = await planOf(backupStart, { vmid: [100, "ct"], storage: "nfs", mode: "stop" }, reader);
    expect(steps.map(({ params }) => params)).toEqual([
      { storage: "nfs", mode: "stop", node: "pve1", vmid: [100] },
      { storage: "nfs", mode: "stop", node: "pve2", vmid: [200] },
    ]);
    expect(steps[0]?.note).toBe("Backs up 100 to nfs; older backups beyond keep-last=3 are removed");
  });

  test("does not speak of removal where nothing is removed", async () => {
    const [kept] = await planOf(backupStart, { vmid: [100], storage: "nfs", remove: false }, reader);
    expect(kept?.note).toBe("Backs up 100 to nfs");
    const [usual] = await planOf(backupStart, { vmid: [100] }, reader);
    expect(usual?.note).toBe("Backs up 100 to local");
  });

  test("takes all but some, and names those on nodes that are offline", async () => {
    const steps = await planOf(backupStart, { exclude: [100] }, reader);
    expect(steps.map(({ params }) => params)).toEqual([{ node: "pve2", exclude: [100], all: true }]);
    expect(steps[0]?.note).toMatch(/102 left out/);
  });

  test.each([
    ["no guests", {}, "invalid_input"],
    ["guests in two ways", { vmid: [100], all: true }, "invalid_input"],
    ["exclude with a pool", { pool: "prod", exclude: [100] }, "invalid_input"],
    ["an unknown guest", { vmid: [999] }, "not_found"],
    ["an unknown node", { all: true, node: "nope" }, "not_found"],
    ["only guests that are away", { vmid: [102] }, "conflict"],
    ["a storage that a node lacks", { vmid: [200], storage: "pbs" }, "invalid_input"],
  ])("refuses %s", async (_, input, code) => {
    expect(await codeOf(planOf(backupStart, input, reader))).toBe(code);
  });

  test("refuses a locked guest", async () => {
    const guests = GUESTS.map((guest) => ({ ...guest, lock: "backup" }));
    expect(await codeOf(planOf(backupStart, { vmid: [100] }, readerOf({}, { guests })))).toBe("conflict");
  });
});
