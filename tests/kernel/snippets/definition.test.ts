import { posix } from "node:path";
import { describe, expect, test } from "@jest/globals";
import fc from "fast-check";
import { checkSnippetName, snippetPath } from "../../../kernel/snippets/definition.ts";
import { isToolError } from "../../../sdk/errors.ts";

const LOCAL = { storage: "local", type: "dir", path: "/var/lib/vz", content: "iso,snippets" };
const PLACE = { node: "pve1", storage: "local", name: "user.yaml" };

function codeOf(run: () => unknown): string {
  try {
    run();
  } catch (error) {
    if (isToolError(error)) return error.code;
    throw error;
  }
  return "none";
}

describe("the path of a snippet", () => {
  test.each([
    ["its default", {}, "/var/lib/vz/snippets/user.yaml"],
    [
      "a folder that the API tells as an object",
      { "content-dirs": { snippets: "ci/snips" } },
      "/var/lib/vz/ci/snips/user.yaml",
    ],
    ["a folder that is told as a list", { "content-dirs": "iso=isos,snippets=s" }, "/var/lib/vz/s/user.yaml"],
    ["the folder of another content", { "content-dirs": { iso: "isos" } }, "/var/lib/vz/snippets/user.yaml"],
    ["a folder with a slash before it", { "content-dirs": { snippets: "/s/" } }, "/var/lib/vz/s/user.yaml"],
    ["a share", { type: "cifs", path: "/mnt/pve/nas", shared: 1 }, "/mnt/pve/nas/snippets/user.yaml"],
    ["a storage of some nodes", { nodes: "pve2,pve1" }, "/var/lib/vz/snippets/user.yaml"],
  ])("goes by %s", (_, change, path) => {
    expect(snippetPath({ ...LOCAL, ...change }, PLACE)).toBe(path);
  });

  test.each([
    ["a storage of volumes", { type: "lvmthin" }, "unsupported"],
    ["a type that is not known", { type: "custom" }, "unsupported"],
    ["no path", { path: undefined }, "unsupported"],
    ["a path that is not absolute", { path: "var" }, "unsupported"],
    ["a path that goes up", { path: "/var/../etc" }, "unsupported"],
    ["a folder that goes up", { "content-dirs": { snippets: "../../../etc" } }, "unsupported"],
    ["a folder that is none", { "content-dirs": { snippets: 7 } }, "unsupported"],
    ["another content", { content: "iso,vztmpl" }, "conflict"],
    ["content that only begins alike", { content: "snippets2" }, "conflict"],
    ["a disabled storage", { disable: 1 }, "conflict"],
    ["a storage of other nodes", { nodes: "pve2,pve10" }, "invalid_input"],
  ])("is refused for %s", (_, change, code) => {
    expect(codeOf(() => snippetPath({ ...LOCAL, ...change }, PLACE))).toBe(code);
  });
});

describe("the name of a snippet", () => {
  test.each(["user.yaml", "a", "A-b_c+d=e@f.cfg", "x".repeat(200)])("%s can be written", (name) => {
    expect(codeOf(() => checkSnippetName({ ...PLACE, name }, "write"))).toBe("none");
  });

  test.each(["", ".", "..", "a/b", "/etc/shadow", "a\0b", "a\nb", "x".repeat(201)])(
    "%j is none at all",
    (name) => {
      for (const action of ["read", "write", "remove"] as const)
        expect(codeOf(() => checkSnippetName({ ...PLACE, name }, action))).toBe("invalid_input");
    },
  );

  test.each([".hidden", "a,b", "a b", "ä.yaml"])("%j can be read and removed, but not written", (name) => {
    expect(codeOf(() => checkSnippetName({ ...PLACE, name }, "read"))).toBe("none");
    expect(codeOf(() => checkSnippetName({ ...PLACE, name }, "remove"))).toBe("none");
    expect(codeOf(() => checkSnippetName({ ...PLACE, name }, "write"))).toBe("invalid_input");
  });

  test("never leaves the folder, whatever it is", () => {
    const parts = fc.constantFrom("..", ".", "/", "a", "\\", "\0", "%2f", "\n");
    const names = fc.oneof(
      fc.string(),
      fc.array(parts, { maxLength: 8 }).map((list) => list.join("")),
    );
    fc.assert(
      fc.property(names, (name) => {
        const place = { ...PLACE, name };
        if (codeOf(() => checkSnippetName(place, "read")) !== "none") return;
        const path = snippetPath(LOCAL, place);
        expect(posix.dirname(path)).toBe("/var/lib/vz/snippets");
        expect(posix.basename(path)).toBe(name);
      }),
    );
  });
});
