import { describe, expect, test } from "@jest/globals";
import { resolveSnippet } from "../../../kernel/call/snippet-step.ts";
import { stepTouches } from "../../../kernel/policy/step-touches.ts";
import type { FileStatus } from "../../../kernel/transports/ssh/types.ts";
import type { RestRequest } from "../../../kernel/transports/types.ts";
import { isToolError } from "../../../sdk/errors.ts";
import { snippet } from "../../../sdk/snippet-steps.ts";
import { loadCatalog } from "../../../vendor/pve-docs/index.ts";
import { fakeCluster, type HarnessState } from "./fakes.ts";

const FILE: FileStatus = { kind: "file", size: 9, mode: 0o644, uid: 0, gid: 0, modifiedAt: 1 };
const PLACE = { node: "pve1", storage: "local", name: "user.yaml" };

interface World {
  readonly active?: number;
  readonly present?: FileStatus;
}

function where({ active = 1, present }: World = {}) {
  const state: HarnessState = { guests: [], auditFails: false, forgotten: 0, endJob: (job) => job };
  const answer = ({ endpoint }: RestRequest) =>
    endpoint.path === "/storage/{storage}"
      ? { type: "dir", path: "/srv/vz", content: "snippets", "content-dirs": { snippets: "ci" } }
      : { active };
  const cluster = fakeCluster({ answer, requests: [], state, release: "9.2" });
  const ssh = { ...cluster.ssh, status: async () => present };
  const parts = { catalog: loadCatalog(), signal: new AbortController().signal, login: "mcp" };
  return { ...parts, cluster: { rest: cluster.rest, ssh } };
}

async function codeOf(resolving: Promise<unknown>): Promise<string> {
  try {
    await resolving;
  } catch (error) {
    if (isToolError(error)) return error.code;
    throw error;
  }
  return "none";
}

const written = { ...snippet.write(PLACE, { text: "#cloud-config\n" }), id: "s1" };
const removed = { ...snippet.remove(PLACE), id: "s1" };

describe("a snippet that is written", () => {
  test("is the file that its storage's definition says, which nobody can run", async () => {
    const { step, privileges } = await resolveSnippet(written, where());
    expect(step).toMatchObject({
      method: "PUT",
      path: "/nodes/{node}/storage/{storage}/content/{volume}",
      params: { node: "pve1", storage: "local", volume: "local:snippets/user.yaml" },
      over: {
        by: "file",
        action: "write",
        path: "/srv/vz/ci/user.yaml",
        mode: 0o644,
        user: "mcp",
        sudo: true,
      },
    });
    expect(JSON.stringify(privileges)).toContain("Datastore.Allocate");
  });

  test("touches its node, and every guest whose configuration names it", async () => {
    const { step } = await resolveSnippet(written, where());
    expect(stepTouches({ step: { ...step, risk: "write" }, risk: "write" })).toEqual([
      { kind: "node", node: "pve1", guests: false },
      { kind: "mentioned", text: "local:snippets/user.yaml" },
    ]);
  });

  test.each<[string, World, string]>([
    ["a storage that is not mounted", { active: 0 }, "conflict"],
    ["a script that a guest may have as its hook", { present: { ...FILE, mode: 0o755 } }, "unsupported"],
    ["a link", { present: { ...FILE, kind: "link" } }, "unsupported"],
    ["a folder", { present: { ...FILE, kind: "directory" } }, "unsupported"],
    ["a file", { present: FILE }, "none"],
  ])("over %s: %s", async (_, world, code) => {
    expect(await codeOf(resolveSnippet(written, where(world)))).toBe(code);
  });

  test.each([
    [0, "invalid_input"],
    [1_048_576, "none"],
    [1_048_577, "invalid_input"],
  ])("of %i bytes: %s", async (size, code) => {
    const content = { from: { artifact: "a" }, size, mtimeMs: 1, sha256: "a".repeat(64) };
    expect(await codeOf(resolveSnippet({ ...snippet.write(PLACE, content), id: "s1" }, where()))).toBe(code);
    const text = { text: "ä".repeat(size / 2) + "x".repeat(size % 2) };
    expect(await codeOf(resolveSnippet({ ...snippet.write(PLACE, text), id: "s1" }, where()))).toBe(code);
  });
});

describe("a snippet that is removed", () => {
  test("is judged as deleting the volume, of which nothing is written", async () => {
    const { step } = await resolveSnippet(removed, where({ present: FILE }));
    expect(step).toMatchObject({
      method: "DELETE",
      over: { action: "remove", snippet: "local:snippets/user.yaml" },
    });
    expect(step.over.content).toBeUndefined();
  });

  test.each<[string, World, string]>([
    ["that is not there", {}, "not_found"],
    ["that a guest may have as its hook", { present: { ...FILE, mode: 0o744 } }, "unsupported"],
  ])("%s is refused", async (_, world, code) => {
    expect(await codeOf(resolveSnippet(removed, where(world)))).toBe(code);
  });
});
