import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import { runValidate } from "../../../../sdk/testing/validate.ts";
import { packageRoot } from "../../../../vendor/package-root.ts";
import { folderOf, OWN_SDK, removeFolders } from "../../../helpers/plugin-folder.ts";

const TOOL = "hello_note_set";

const PLUGIN = `
import { definePlugin, defineTool } from "./own-sdk.mjs";
const tool = defineTool({ name: "${TOOL}", title: "T", describe: "D.", risk: "write",
  uses: ["PUT /nodes/{node}/config"], result: { type: "object" },
  input: { type: "object", properties: { note: { type: "string" } }, required: ["note"] },
  plan: async ({ note }) => [{ via: "rest", method: "PUT", path: "/nodes/{node}/config",
    params: { node: "pve1", description: note, "startall-onboot-delay": 5 } }] });
export default definePlugin({ id: "hello", title: "A plugin", tools: () => [tool] });
`;

/** It looks at one of the two options that the tool sets. */
const SCENARIOS = `
export default { [Symbol.for("proxmox-mcp.scenarios")]: true, list: [{
  tool: "${TOOL}", title: "sets it",
  async run(t) {
    await t.ok("${TOOL}", { note: "by the test" });
    const { description } = await t.cluster.get("/nodes/pve1/config");
    t.expect.equal(description.trim(), "by the test", "the note");
    await t.refused("${TOOL}", {}, "invalid_input");
  } }] };`;

const PUT = "PUT /nodes/{node}/config";
const SURVIVORS = [`${PUT} with another startall-onboot-delay`, `${PUT} without startall-onboot-delay`];

let folder = "";
beforeAll(() => {
  folder = folderOf({
    "proxmox-plugin.json": JSON.stringify({
      ...{ id: "hello", title: "A plugin", entry: "plugin.mjs", sdk: "^1.0.0", prefix: "hello" },
      scenarios: "scenarios.mjs",
    }),
    "own-sdk.mjs": OWN_SDK,
    "plugin.mjs": PLUGIN,
    "scenarios.mjs": SCENARIOS,
  });
});
afterAll(removeFolders);

async function mutate(...argv: string[]): Promise<{ code: number; text: string }> {
  const lines: string[] = [];
  const code = await runValidate([...argv, folder], {
    layout: { root: packageRoot(), kind: "source" },
    print: (line) => void lines.push(line),
  });
  return { code, text: lines.join("\n") };
}

const listFile = () => join(folder, "weak-scenarios.json");

describe("running scenarios on faulty tools", () => {
  test("tells which faults a scenario does not notice, and lists them once", async () => {
    const { code, text } = await mutate("--mutate");
    expect(text).toContain(`ok    ${TOOL}: sets it: notices 4 of 6 faults`);
    for (const name of SURVIVORS) expect(text).toContain(`FAIL  ${TOOL}: sets it: still passes with ${name}`);
    expect(code).toBe(1);
    expect(existsSync(listFile())).toBe(false);
  }, 120_000);

  test("puts nothing on a list unless told why, and runs the part that is asked for", async () => {
    const part = ["--mutate-sample", "3", "--seed", "1"];
    expect((await mutate(...part, "--shrink")).code).toBe(1);
    expect(existsSync(listFile())).toBe(false);
    const { code, text } = await mutate(...part, "--accept", "nobody looks at it");
    expect(code).toBe(0);
    expect(text).toContain("of 3 faults");
    const survived = SURVIVORS.filter((name) => text.includes(name)).sort();
    expect(text).toContain(`${listFile()} grew by ${survived.length}; such a list only shrinks`);
    const listed = JSON.parse(readFileSync(listFile(), "utf8")).survivors[`${TOOL}: sets it`];
    expect(listed).toEqual(Object.fromEntries(survived.map((name) => [name, "nobody looks at it"])));
  }, 120_000);

  test("takes options that go together only", async () => {
    for (const argv of [
      ["--shrink"],
      ["--accept", "a reason"],
      ["--mutate", "--accept", " "],
      ["--seed", "1"],
      ["--mutate", "--check"],
      ["--mutate-sample", "none"],
    ])
      expect((await mutate(...argv)).code).toBe(2);
  });
});
