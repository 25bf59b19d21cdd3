import { existsSync, mkdtempSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import { makeFolder } from "../../kernel/folders.ts";

let base = "";

beforeAll(() => {
  base = mkdtempSync(join(tmpdir(), "proxmox-mcp-folders-"));
});
afterAll(() => rmSync(base, { recursive: true, force: true }));

describe("a folder", () => {
  test("is made with those above it, for its owner alone", async () => {
    const path = join(base, "a", "b", "c");
    await Promise.all([makeFolder(path), makeFolder(join(base, "a", "b")), makeFolder(path)]);
    expect(statSync(path).mode & 0o777).toBe(0o700);
    expect(statSync(join(base, "a")).mode & 0o777).toBe(0o700);
  });

  test("that is there stays as it is", async () => {
    await expect(makeFolder(base)).resolves.toBeUndefined();
  });

  test("cannot be where a file is, or below one", async () => {
    const file = join(base, "file");
    writeFileSync(file, "");
    await expect(makeFolder(file)).rejects.toThrow("EEXIST");
    await expect(makeFolder(join(file, "below"))).rejects.toThrow("ENOTDIR");
  });

  (existsSync("/proc/self") ? test : test.skip)("that the system never makes is an error", async () => {
    await expect(makeFolder("/proc/proxmox-mcp/audit")).rejects.toThrow("ENOENT");
  });
});
