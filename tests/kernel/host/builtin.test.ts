import { readFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, describe, expect, test } from "@jest/globals";
// Loaded beforehand: jest cannot import several plugins at once while their common modules are new to it.
import "../../../sdk/index.ts";
import { readRegistry } from "../../../sdk/plugin-files/registry-file.ts";
import { useName } from "../../../sdk/tool.ts";
import { packageRoot } from "../../../vendor/package-root.ts";
import { UNREAD } from "../../../vendor/pve-docs/index.ts";
import { removeFolders } from "../../helpers/plugin-folder.ts";
import { hostOf, shownNames } from "./harness.ts";

afterEach(removeFolders);

const layout = { root: packageRoot(), kind: "source" as const };

describe("the built-in plugins", () => {
  test("all load, in the order of the registry", async () => {
    const { host } = hostOf({ strict: true }, { layout, reserved: ["proxmox_capabilities"] });
    await host.ready();
    expect(host.plugins().map(({ id, fault }) => ({ id, fault }))).toEqual(
      readRegistry(layout.root).map(({ id }) => ({ id, fault: undefined })),
    );
  });

  test("show only what looks while the access is read", async () => {
    const { host } = hostOf({}, { layout, settings: { access: "read" } });
    await host.ready();
    expect(host.listed().length).toBeGreaterThan(0);
    expect(host.listed().every(({ lowest }) => lowest === "read")).toBe(true);
    expect(shownNames(host)).not.toContain("proxmox_vm_destroy");
    expect(host.find("proxmox_vm_destroy")?.hidden?.show).toBe(
      "PROXMOX_MCP_ACCESS=destructive would show it.",
    );
  });

  test("use no endpoint whose code checks more than anyone has read", async () => {
    const { host } = hostOf({}, { layout });
    await host.ready();
    const unread = host.plugins().flatMap(({ tools }) =>
      tools.flatMap(({ tool }) =>
        tool.uses
          .map(useName)
          .filter((use) => UNREAD.some((key) => key === use))
          .map((use) => `${tool.name}: ${use}`),
      ),
    );
    expect(unread).toEqual([]);
  });

  test("have no evidence but of tools that exist", async () => {
    const { host } = hostOf({}, { layout });
    await host.ready();
    for (const { id, tools } of host.plugins()) {
      const known = tools.map(({ tool }) => tool.name);
      const file = join(layout.root, "plugins", id, "evidence.json");
      expect(known).toEqual(expect.arrayContaining(evidencedTools(file)));
    }
  });
});

function evidencedTools(file: string): string[] {
  try {
    return Object.keys(JSON.parse(readFileSync(file, "utf8")).tools);
  } catch {
    return [];
  }
}
