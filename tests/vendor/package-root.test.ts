import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "@jest/globals";
import { packageRoot } from "../../vendor/package-root.ts";

test("the package's own folder, whatever the working directory", () => {
  const before = process.cwd();
  process.chdir("/");
  try {
    const manifest: { name?: string } = JSON.parse(readFileSync(join(packageRoot(), "package.json"), "utf8"));
    expect(manifest.name).toBe("proxmox-mcp");
    expect(existsSync(join(packageRoot(), "vendor", "pve-docs", "data"))).toBe(true);
  } finally {
    process.chdir(before);
  }
});
