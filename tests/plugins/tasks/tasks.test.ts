import { describe, expect, test } from "@jest/globals";
import { taskGet } from "../../../plugins/tasks/task-get.ts";
import { taskList } from "../../../plugins/tasks/task-list.ts";
import { ToolError } from "../../../sdk/errors.ts";
import { codeOf, fakeNode, fakeReader, fakeVm, pageOf, readOf } from "../../helpers/fake-reader.ts";

function upid(node: string, type: string, id: string, start: number): string {
  return `UPID:${node}:0000AB12:00C0FFEE:${start.toString(16).toUpperCase().padStart(8, "0")}:${type}:${id}:root@pam:`;
}

function task(node: string, type: string, id: string, starttime: number, status?: string) {
  return { upid: upid(node, type, id, starttime), node, type, id, user: "root@pam", starttime, status };
}

const TASKS = [
  task("pve1", "qmstart", "100", 1_700_000_000, "OK"),
  task("pve2", "vzdump", "", 1_700_000_300),
  task("pve1", "qmstart", "101", 1_700_000_200, "VM 101 already running"),
  task("pve2", "vzdump", "100", 1_700_000_100, "WARNINGS: 2"),
];

describe("proxmox_task_list", () => {
  const cluster = fakeReader({
    guests: [fakeVm({ vmid: 100, name: "web" })],
    answers: { "GET /cluster/tasks": TASKS },
  });

  async function typesAndIds(input: object) {
    const { rows } = await pageOf(taskList, input, cluster);
    return rows.map(({ type, id }) => `${type} ${id}`);
  }

  test("shows the newest first, counted by outcome", async () => {
    expect(await typesAndIds({})).toEqual(["vzdump ", "qmstart 101", "vzdump 100", "qmstart 100"]);
    expect(await pageOf(taskList, {}, cluster)).toMatchObject({
      counts: { outcome: { running: 1, failed: 1, warnings: 1, ok: 1 } },
    });
  });

  test.each([
    [{ filter: { outcome: "failed" } }, ["qmstart 101"]],
    [{ vmid: "web" }, ["vzdump 100", "qmstart 100"]],
    [{ filter: { type: "vzdump" } }, ["vzdump ", "vzdump 100"]],
    [{ filter: { outcome: "running" } }, ["vzdump "]],
    [{ since: 1_700_000_100, until: 1_700_000_200 }, ["qmstart 101", "vzdump 100"]],
    [{ filter: { user: "nobody" } }, []],
    [{ limit: 1 }, ["vzdump "]],
  ])("filters the cluster's tasks by %j", async (input, expected) => {
    expect(await typesAndIds(input)).toEqual(expected);
  });

  test("asks a node with its filters", async () => {
    const node = fakeReader({ answers: { "GET /nodes/{node}/tasks": [TASKS[0]] } });
    const filter = { outcome: "failed", type: "qmstart" };
    await readOf(taskList, { node: "pve1", vmid: 100, filter }, node);
    const [path, params] = node.calls.mock.calls[0] ?? [];
    expect(path).toBe("/nodes/{node}/tasks");
    expect(params).toMatchObject({
      node: "pve1",
      vmid: 100,
      errors: true,
      typefilter: "qmstart",
      source: "archive",
    });
  });
});

describe("proxmox_task_get", () => {
  const log = Array.from({ length: 5_003 }, (_, index) => ({ n: index + 1, t: `line ${index + 1}` }));
  const reader = fakeReader({
    nodes: [fakeNode("pve1")],
    answers: {
      "GET /nodes/{node}/tasks/{upid}/status": ({ upid: asked }: { upid: string }) => {
        if (asked !== TASKS[2]?.upid)
          throw new ToolError({ code: "invalid_input", message: "upid: no such task" });
        return { ...TASKS[2], status: "stopped", exitstatus: "VM 101 already running" };
      },
      "GET /nodes/{node}/tasks/{upid}/log": ({ start, limit }: { start: number; limit: number }) =>
        log.slice(start, start + limit),
    },
  });

  test("answers the end of the log, however long it is", async () => {
    const answer = await readOf(taskGet, { upid: TASKS[2]?.upid, lines: 2 }, reader);
    expect(answer).toMatchObject({
      title: "Task qmstart 101 on pve1: failed (VM 101 already running)",
      text: "line 5002\nline 5003",
    });
  });

  test("leaves the log out on request", async () => {
    expect(await readOf(taskGet, { upid: TASKS[2]?.upid, lines: 0 }, reader)).toMatchObject({
      fields: { outcome: "failed", exitstatus: "VM 101 already running" },
    });
  });

  test.each([
    ["something else", "UPID:pve1:nonsense", "invalid_input"],
    ["a path in the node's place", upid("..", "qmstart", "1", 1), "invalid_input"],
    ["a node that is not there", upid("pve9", "qmstart", "1", 1), "not_found"],
    ["a task that is not there", upid("pve1", "qmstart", "1", 1), "not_found"],
  ])("refuses %s", async (_what, asked, code) => {
    expect(await codeOf(readOf(taskGet, { upid: asked }, reader))).toBe(code);
  });
});
