import { afterEach, beforeEach, describe, expect, test } from "@jest/globals";
import { createLab, type Lab } from "../../../../sdk/lab/index.ts";
import { ask } from "../client.ts";
import { says } from "./says.ts";

let lab: Lab;
beforeEach(async () => {
  lab = await createLab({ seed: "baseline", speed: 20, refusalDelay: 0 });
});
afterEach(() => lab.close());

const TASKS = "/nodes/vm/tasks";

interface Row {
  readonly upid: string;
  readonly type: string;
}

/** A task of a user that runs until it is stopped. */
function longTask(user: string, type = "imgcopy"): string {
  return lab.tasks.start({ node: "vm", type, id: "", user }, (task) => task.takes(3_600_000));
}

async function ended(user: string, type: string, work: () => void = () => undefined): Promise<string> {
  const upid = lab.tasks.start({ node: "vm", type, id: "100", user }, work);
  await lab.tasks.ended(upid);
  return upid;
}

async function types(query: string, as = "root"): Promise<readonly string[]> {
  const { data } = await ask(lab, "GET", `${TASKS}?${query}`, { as });
  return (data as readonly Row[]).map(({ type }) => type);
}

async function fail(): Promise<void> {
  await ended("root@pam!test", "imgdel", () => {
    throw new Error("no");
  });
}

describe("a node's tasks", () => {
  test("show those that run as the node has them on its list", async () => {
    const upid = longTask("root@pam!test");
    expect(await says(lab, `GET ${TASKS}?source=active`)).toEqual([
      {
        ...{
          upid,
          node: "vm",
          type: "imgcopy",
          id: "",
          user: "root@pam!test",
          saved: "0",
          status: "RUNNING",
        },
        ...{ pid: expect.any(Number), pstart: expect.any(Number), starttime: expect.any(Number) },
      },
    ]);
    await ended("root@pam!test", "qmstart");
    expect(await types("source=all")).toEqual(["imgcopy", "qmstart"]);
  });

  test("are narrowed by user without the token, and by errors before any other wish", async () => {
    await ended("root@pam!test", "qmstart");
    await fail();
    expect(await types("userfilter=test")).toEqual([]);
    expect(await types("userfilter=ROOT@")).toEqual(["imgdel", "qmstart"]);
    expect(await types("statusfilter=OK")).toEqual(["qmstart"]);
    expect(await types("errors=1&statusfilter=ok")).toEqual(["imgdel"]);
    expect(await types("typefilter=")).toEqual(["imgdel", "qmstart"]);
  });

  test("are seen by a user whose token began them, not by the other way round", async () => {
    await ended("test@pve!t1", "byToken");
    await ended("test@pve", "byUser");
    expect(await types("", "user")).toEqual(["byToken"]);
    const body = "username=test@pve&password=test1234";
    const login = await ask(lab, "POST", "/access/ticket", { as: "none", body });
    const { ticket } = login.data as { ticket: string };
    const headers = { cookie: `PVEAuthCookie=${encodeURIComponent(ticket)}` };
    const { data } = await ask(lab, "GET", TASKS, { as: "none", headers });
    expect((data as readonly Row[]).map(({ type }) => type)).toEqual(["byUser", "byToken"]);
  });

  test("stop before the answer to their deletion comes", async () => {
    const upid = longTask("root@pam!test");
    expect(await says(lab, `DELETE ${TASKS}/${upid}`)).toBeNull();
    const stopped = { status: "stopped", exitstatus: "unexpected status" };
    expect(await says(lab, `GET ${TASKS}/${upid}/status`)).toMatchObject(stopped);
    expect(await says(lab, `DELETE ${TASKS}/${upid}`)).toBeNull();
  });

  test("that are unknown are told to be so before rights are looked at", async () => {
    const upid = "UPID:vm:00000001:00000001:6B00000A:qmstart:100:root@pam:";
    const missing = { status: 400, errors: { upid: "no such task" } };
    expect(await ask(lab, "GET", `${TASKS}/${upid}/status`, { as: "user" })).toMatchObject(missing);
    expect(await ask(lab, "DELETE", `${TASKS}/${upid}`, { as: "user" })).toMatchObject(missing);
    expect(await ask(lab, "GET", `${TASKS}/${upid}/log`, { as: "user" })).toMatchObject({ status: 403 });
    const reason = `500 Could not open file '/var/log/pve/tasks/A/${upid}' - No such file or directory`;
    expect(await says(lab, `GET ${TASKS}/${upid}/log?download=1`)).toBe(reason);
  });

  test("come compressed where a log is downloaded that is long", async () => {
    const short = await ended("root@pam!test", "qmstart");
    const plain = await ask(lab, "GET", `${TASKS}/${short}/log?download=1`);
    expect(plain.headers["content-encoding"]).toBeUndefined();
    const upid = lab.tasks.start({ node: "vm", type: "vzdump", id: "", user: "root@pam" }, (task) =>
      task.log("x".repeat(1024)),
    );
    await lab.tasks.ended(upid);
    const long = await ask(lab, "GET", `${TASKS}/${upid}/log?download=1`);
    expect(long.headers["content-encoding"]).toBe("gzip");
  });
});

describe("the cluster's recent tasks", () => {
  test("tell of running ones the process, and of others whether they are on record", async () => {
    await ended("root@pam!test", "first");
    await ended("root@pam!test", "second");
    expect(await says(lab, "GET /cluster/tasks")).toMatchObject([
      { type: "second", saved: 1 },
      { type: "first", saved: "1" },
    ]);
    longTask("root@pam!test");
    const [running, ...others] = (await says(lab, "GET /cluster/tasks")) as readonly Row[];
    expect(running).toMatchObject({ type: "imgcopy", pid: expect.any(Number) });
    expect(running).not.toHaveProperty("saved");
    expect(others).toMatchObject([{ saved: "1" }, { saved: "1" }]);
  });

  test("are a user's own, but never a token's", async () => {
    await ended("test@pve!t1", "byToken");
    const shown = await ask(lab, "GET", "/cluster/tasks", { as: "user" });
    expect(shown.data).toEqual([]);
  });
});
