import { spawnSync } from "node:child_process";
import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "@jest/globals";
import { transformFileSync } from "@swc/core";
import { packageRoot } from "../../../vendor/package-root.ts";
import { loadCatalog } from "../../../vendor/pve-docs/catalog.ts";

let root = "";

/** The tool as the build makes it, in a package of its own, so that the stored data stay as they are. */
beforeAll(() => {
  root = mkdtempSync(join(tmpdir(), "refresh-"));
  cpSync(join(packageRoot(), "vendor"), join(root, "vendor"), { recursive: true });
  writeFileSync(join(root, "package.json"), JSON.stringify({ name: "proxmox-mcp", type: "module" }));
  for (const file of readdirSync(join(root, "vendor"), { recursive: true, encoding: "utf8" })) {
    if (!file.endsWith(".ts")) continue;
    const { code } = transformFileSync(join(root, "vendor", file), {
      jsc: { parser: { syntax: "typescript" }, target: "es2023" },
      module: { type: "es6" },
    });
    writeFileSync(join(root, "vendor", file.replace(/\.ts$/, ".js")), code.replaceAll('.ts"', '.js"'));
  }
});

afterAll(() => {
  rmSync(root, { recursive: true, force: true });
});

function refresh(...args: string[]) {
  const tool = join(root, "vendor", "pve-docs", "refresh.js");
  return spawnSync(process.execPath, [tool, ...args], { encoding: "utf8" });
}

test("facts of a release are stored as they were, and again the same", () => {
  const stored = join(root, "vendor", "pve-docs", "data", "api-8.4.json");
  const before = readFileSync(stored, "utf8");
  const { endpoints } = loadCatalog("8.4");
  const { pveVersion, source }: { pveVersion: string; source: string } = JSON.parse(before);
  const facts = join(root, "facts.json");
  writeFileSync(facts, JSON.stringify({ pveVersion, source, endpoints }));
  for (let round = 0; round < 2; round++) {
    const run = refresh(facts, "--release", "8.4");
    expect([run.status, run.stderr]).toEqual([0, ""]);
    expect(run.stdout).toContain("605 endpoints");
    expect(readFileSync(stored, "utf8")).toBe(before);
  }
});

test("a script of the API viewer becomes a release", () => {
  const script = join(root, "apidoc.js");
  const info = {
    GET: { name: "version", parameters: { additionalProperties: 0 }, permissions: { user: "all" } },
  };
  writeFileSync(script, `const apiSchema = ${JSON.stringify([{ path: "/version", info }])};\n`);
  const run = refresh(script, "--release", "10.0", "--version", "10.0.1");
  expect([run.status, run.stderr]).toEqual([0, ""]);
  const made = JSON.parse(readFileSync(join(root, "vendor", "pve-docs", "data", "api-10.0.json"), "utf8"));
  expect(made).toMatchObject({ release: "10.0", pveVersion: "10.0.1" });
  expect(made.endpoints).toHaveLength(1);
});

test("without a release it says how it is used", () => {
  expect(refresh("apidoc.js")).toMatchObject({ status: 2, stdout: "" });
  expect(refresh("apidoc.js", "--release", "9").stderr).toContain("Usage");
});
