import { describe, expect, test } from "@jest/globals";
import { fenced } from "../../../kernel/call/fence.ts";
import { type KeepParts, keepLong, shapeOrKeep } from "../../../kernel/call/keep-whole.ts";
import { createRedactor } from "../../../kernel/secrets/redact.ts";
import { list, record, text } from "../../../sdk/results.ts";
import { FakeArtifacts, fakeLogger } from "./fakes.ts";

function parts(longest = 5_000): KeepParts & { artifacts: FakeArtifacts; log: string[] } {
  const log: string[] = [];
  const redactor = createRedactor(["topsecret"]);
  return { artifacts: new FakeArtifacts(), redactor, logger: fakeLogger(log), longest, log };
}

const rows = Array.from({ length: 500 }, (_, index) => ({ vmid: index, name: `guest-${index}` }));
const guests = { of: "VMs", columns: [{ key: "vmid" }, { key: "name" }], rows };
const log = Array.from({ length: 1_000 }, (_, index) => `line ${index}`).join("\n");

describe("a result that is too long", () => {
  test("text: the head is answered, the whole is kept, and the answer says where", async () => {
    const keep = parts();
    const answer = await shapeOrKeep(text({ title: "Log", source: "task log", text: log }), "ann", keep);
    expect(answer.text.length).toBeLessThan(5_000);
    expect(answer.text).toContain("line 0\n");
    expect(answer.text).toMatch(/Cut: [^\n]*\nWhole: Log \(proxmox:\/\/artifacts\/a_\w+, .*artifact_read/);
    expect(keep.artifacts.kept).toMatchObject([{ subject: "ann", artifact: { content: log } }]);
    expect(answer.data).toMatchObject({
      artifact: { uri: expect.stringMatching(/^proxmox:/), size: log.length },
    });
  });

  test("a list without pages: every row is in the whole", async () => {
    const keep = parts();
    await shapeOrKeep(list(guests), "ann", keep);
    const content = String(keep.artifacts.kept[0]?.artifact.content);
    expect(content.split("\n")).toHaveLength(rows.length + 2);
    expect(content).toContain("499\tguest-499");
  });

  test("a record: all fields, those shown in part too, secrets masked", async () => {
    const keep = parts();
    const fields = { description: "x".repeat(9_000), cipassword: "abc", note: "topsecret" };
    const answer = await shapeOrKeep(record({ title: "VM", fields }), "ann", keep);
    expect(answer.text).toContain("Whole: VM");
    const kept = keep.artifacts.kept[0]?.artifact;
    expect(kept?.mimeType).toBe("application/json");
    expect(JSON.parse(String(kept?.content))).toEqual({
      ...fields,
      cipassword: "[redacted]",
      note: "[redacted]",
    });
  });

  test("where it cannot be kept, the answer is cut as it says, and the operator hears of it", async () => {
    const keep = parts();
    keep.artifacts.full = true;
    const answer = await shapeOrKeep(text({ title: "Log", source: "task log", text: log }), "ann", keep);
    expect(answer.isError).toBe(false);
    expect(answer.text).toContain("Cut: the first 5000 of");
    expect(answer.text).not.toContain("Whole:");
    expect(keep.log).toEqual([expect.stringContaining("no room")]);
  });
});

describe("a list that is asked for as an artifact", () => {
  const view = { artifact: true, filter: { name: "guest-1" }, limit: 2, cursor: undefined };
  const asked = () => {
    const { cursor: _none, ...rest } = view;
    return list({ ...guests, view: rest });
  };

  test("the page is answered as ever, and what passes the filter is kept whole", async () => {
    const keep = parts();
    const answer = await shapeOrKeep(asked(), "ann", keep);
    expect(answer.text).toMatch(/^111 VMs, 2 shown/);
    expect(answer.text).toMatch(/More: .*\nWhole: VMs \(proxmox:/);
    const content = String(keep.artifacts.kept[0]?.artifact.content);
    expect(content).toMatch(/^111 VMs\n/);
    expect(content.trim().split("\n")).toHaveLength(113);
  });

  test("where it cannot be kept, the call fails: nothing else was asked for", async () => {
    const keep = parts();
    keep.artifacts.full = true;
    await expect(shapeOrKeep(asked(), "ann", keep)).rejects.toMatchObject({ code: "unsupported" });
  });
});

test("what fits is answered, and nothing is kept", async () => {
  const keep = parts();
  const short = text({ title: "Log", source: "task log", text: "one line" });
  expect((await shapeOrKeep(short, "ann", keep)).text).not.toContain("Whole:");
  expect(keep.artifacts.kept).toEqual([]);
});

describe("a text of the kernel that is too long", () => {
  const answerOf = (shown: string) => ({ text: shown, isError: false, data: { lines: 3 } });

  test("whole lines of its head are answered, and a fence that was open is closed", async () => {
    const keep = parts();
    const whole = `Log of job j:\n${fenced(`${log}\n\`\`\`\n${log}`)}`;
    const answer = await keepLong(answerOf(whole), "Show a log", "ann", keep);
    const [head = "", cut, where] = answer.text.split(/\n(?=Cut:|Whole:)/);
    expect(head.split("\n").filter((line) => line === "````")).toHaveLength(2);
    expect(head.endsWith("\n````")).toBe(true);
    expect(whole.startsWith(head.slice(0, -"\n````".length))).toBe(true);
    expect(cut).toMatch(/^Cut: the first 4000 of/);
    expect(where).toMatch(/^Whole: Show a log \(proxmox:/);
    expect(keep.artifacts.kept).toMatchObject([{ subject: "ann", artifact: { content: whole } }]);
    expect(answer.data).toEqual({ lines: 3 });
  });

  test("what fits, and what cannot be kept, stays as it is", async () => {
    const keep = parts();
    expect(await keepLong(answerOf("short"), "t", "ann", keep)).toEqual(answerOf("short"));
    keep.artifacts.full = true;
    const long = answerOf("x".repeat(6_000));
    expect(await keepLong(long, "t", "ann", keep)).toEqual(long);
    expect(keep.artifacts.kept).toEqual([]);
  });
});
