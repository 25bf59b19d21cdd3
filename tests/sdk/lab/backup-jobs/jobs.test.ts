import { afterEach, beforeEach, describe, expect, test } from "@jest/globals";
import { nextEvent } from "../../../../sdk/lab/backup-jobs/calendar.ts";
import { LabClient } from "../qemu/client.ts";

const JOBS = "/cluster/backup";
let client: LabClient;
beforeEach(async () => {
  client = await LabClient.start();
});
afterEach(() => client.close());

describe("jobs", () => {
  test("choose guests one way at a time", async () => {
    await client.ok("POST", JOBS, { id: "j1", vmid: "101,999", schedule: "daily" });
    expect(await client.fields(`${JOBS}/j1/included_volumes`)).toMatchObject({
      children: [
        { id: 101, type: "qemu" },
        { id: 999, type: "unknown", leaf: 1 },
      ],
    });
    await client.ok("PUT", `${JOBS}/j1`, { pool: "production", delete: "vmid" });
    expect(await client.fields(`${JOBS}/j1`)).not.toHaveProperty("vmid");
    await client.ok("PUT", `${JOBS}/j1`, { all: 1, exclude: "101" });
    const job = await client.fields(`${JOBS}/j1`);
    expect(job).toMatchObject({ all: 1, exclude: "101" });
    expect(job).not.toHaveProperty("pool");
    expect(await client.rows("/cluster/backup-info/not-backed-up")).toMatchObject([{ vmid: 101 }]);
  });

  test("keep property strings taken apart, and an old start time as a schedule", async () => {
    await client.ok("POST", JOBS, {
      ...{ id: "j1", all: 1, starttime: "02:30", dow: "sat,sun" },
      ...{ "prune-backups": "keep-last=3,keep-daily=7", fleecing: "1,storage=local" },
    });
    expect(await client.fields(`${JOBS}/j1`)).toMatchObject({
      schedule: "sat,sun 02:30",
      "prune-backups": { "keep-last": "3", "keep-daily": "7" },
      fleecing: { enabled: 1, storage: "local" },
    });
    expect((await client.call("PUT", `${JOBS}/j1`, { delete: "nonsense" })).message).toBe(
      "400 Parameter verification failed.\ndelete: unknown option 'nonsense'",
    );
  });

  test("are lines of a file: nothing empty is kept, and no line feed", async () => {
    await client.ok("POST", JOBS, { id: "j1", vmid: "101", schedule: "daily", comment: "a" });
    await client.ok("PUT", `${JOBS}/j1`, { comment: "" });
    expect(await client.fields(`${JOBS}/j1`)).not.toHaveProperty("comment");
    const lines = await client.call("PUT", `${JOBS}/j1`, { comment: "a\nb" });
    expect(lines).toMatchObject({ status: 500, message: "property contains a line feed" });
  });

  test("share their names with those that sync realms", async () => {
    await client.ok("POST", "/access/domains", {
      ...{ realm: "dir", type: "ldap", server1: "192.0.2.9", base_dn: "dc=example", user_attr: "uid" },
    });
    await client.ok("POST", "/cluster/jobs/realm-sync/sync", { realm: "dir", schedule: "daily" });
    const taken = await client.call("POST", JOBS, { id: "sync", all: 1, schedule: "daily" });
    expect(taken.message).toBe("Job 'sync' already exists");
    const sync = "/cluster/jobs/realm-sync/sync";
    const lines = await client.call("PUT", sync, { schedule: "daily", comment: "a\nb" });
    expect(lines.message).toBe("property contains a line feed");
    await client.ok("PUT", sync, { schedule: "hourly", comment: "" });
    expect(await client.fields(sync)).not.toHaveProperty("comment");
  });

  test("lose a guest that is destroyed with all that refers to it", async () => {
    await client.ok("POST", JOBS, { id: "both", vmid: "110,101", schedule: "daily" });
    await client.ok("POST", JOBS, { id: "one", vmid: "110", schedule: "daily" });
    await client.task("DELETE", "/nodes/pve2/qemu/110", { purge: 1 });
    expect(await client.rows(JOBS)).toMatchObject([{ id: "both", vmid: "101" }]);
  });

  test("take rights on storages, and some options are root's alone", async () => {
    await client.ok("POST", "/access/roles", { roleid: "Jobs", privs: "Sys.Modify,Sys.Audit" });
    await client.ok("PUT", "/access/acl", { path: "/", roles: "Jobs", users: "operator@pve", propagate: 0 });
    client.as("operator");
    const job = { all: 1, schedule: "daily" };
    expect((await client.call("POST", JOBS, { ...job, storage: "nas" })).message).toBe(
      "Permission check failed (/storage/nas, Datastore.Allocate)",
    );
    expect((await client.call("POST", JOBS, { ...job, tmpdir: "/tmp" })).errors).toEqual({
      tmpdir: "Only root may set this option.",
    });
  });
});

test("the next times of a schedule can be asked for", async () => {
  const query = { schedule: "*-01..06-02 06:00", starttime: NOW, iterations: 2 };
  expect(await client.rows("/cluster/jobs/schedule-analyze", query)).toEqual([
    { timestamp: NOW + 18 * 3600, utc: "Fri Jan  2 06:00:00 2026" },
    { timestamp: expect.any(Number), utc: "Mon Feb  2 06:00:00 2026" },
  ]);
});

/** 2026-01-01 12:00:00, a Thursday. */
const NOW = Date.UTC(2026, 0, 1, 12) / 1000;

test.each([
  ["daily", "2026-01-02T00:00:00"],
  ["mon..fri 02:00", "2026-01-02T02:00:00"],
  ["sat,sun 8..17/3:0/15", "2026-01-03T08:00:00"],
  ["*/20", "2026-01-01T12:20:00"],
  ["21:30", "2026-01-01T21:30:00"],
  ["12:00:30", "2026-01-01T12:00:30"],
  ["monthly", "2026-02-01T00:00:00"],
  ["quarterly", "2026-04-01T00:00:00"],
  ["*-02-29 00:00", "2028-02-29T00:00:00"],
  ["fri..mon 1:00", "2026-01-02T01:00:00"],
])("%s comes next at %s", (event, time) => {
  expect(nextEvent(event, NOW)).toBe(Date.parse(`${time}Z`) / 1000);
});

test.each(["garbage", "25:00", "mon..xyz 1:00", "1:2:3:4", "", "2019-01-01 00:00"])(
  "%j never comes",
  (event) => {
    expect(nextEvent(event, NOW)).toBeUndefined();
  },
);
