import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, describe, expect, test } from "@jest/globals";
import { capabilitiesTool } from "../../../kernel/host/capabilities.ts";
import type { PluginHost } from "../../../kernel/host/host.ts";
import { digestsOf } from "../../../sdk/plugin-files/digests.ts";
import { type EvidenceEntry, formatEvidence, readEvidence } from "../../../sdk/plugin-files/evidence.ts";
import { openPlugin, toolsOf } from "../../../sdk/plugin-files/open-plugin.ts";
import { sdkDigest } from "../../../sdk/plugin-files/sdk-digest.ts";
import { evidenceAfter } from "../../../sdk/testing/judge-evidence.ts";
import { loadCatalog, releases } from "../../../vendor/pve-docs/index.ts";
import { type Files, folderOf, pluginFiles, removeFolders, toolSource } from "../../helpers/plugin-folder.ts";
import { emptyPackage, FakeCluster, hostOf, SETTINGS, shownNames } from "./harness.ts";

afterEach(removeFolders);

const TOOL = "hello_thing_get";

/** What the runner does after a scenario has passed: evidence for the plugin as it is now. */
async function scenarioPasses(
  root: string,
  folder: string,
  where: "lab" | "live",
  pve: string,
): Promise<void> {
  const entry = join(folder, "plugin.mjs");
  const tools = toolsOf(await openPlugin(entry), {});
  const digests = await digestsOf({
    code: { folder, entry, loaded: (file) => file },
    tools,
    sdk: sdkDigest({ root, kind: "source" }),
    catalogs: releases().map(loadCatalog),
  });
  const file = join(folder, "evidence.json");
  const outcome = { tool: TOOL, passed: true, scenarios: ["works"], digest: digests[TOOL]?.[pve] ?? "" };
  const after = evidenceAfter(readEvidence(file), [outcome], { where, pve, today: "2026-01-31" });
  writeFileSync(file, formatEvidence(after));
}

/** A host that has just been started on a plugin's folder. */
async function started(
  root: string,
  folder: string,
  cluster?: FakeCluster,
  minValidation: "lab" | "live" = "lab",
) {
  const clusters = { all: cluster === undefined ? [] : [cluster.access()] };
  const { host } = hostOf({ paths: [folder], minValidation }, { layout: { root, kind: "source" }, clusters });
  await host.ready();
  // The version of a connected cluster arrives in the background.
  await new Promise(setImmediate);
  return host;
}

/** The same plugin with some files changed, evidence and all, as after an edit and a restart. */
function edited(folder: string, changes: Files): string {
  const names = ["proxmox-plugin.json", "own-sdk.mjs", "tool.mjs", "plugin.mjs", "evidence.json"];
  const files = Object.fromEntries(names.map((name) => [name, readFileSync(join(folder, name), "utf8")]));
  return folderOf({ ...files, ...changes });
}

async function report(host: PluginHost): Promise<string> {
  const tool = capabilitiesTool({ host, settings: SETTINGS, clusters: { all: [] }, version: "1.2.3" });
  const client = { name: "test", version: "1" };
  const context = {
    callId: "c",
    subject: "s",
    client,
    signal: new AbortController().signal,
    progress: () => undefined,
  };
  return (await tool.run({}, context)).text;
}

describe("the gate", () => {
  test("a changed tool leaves the list with a reason, and returns when its scenario has passed again", async () => {
    const root = emptyPackage();
    const folder = folderOf(pluginFiles());
    expect(shownNames(await started(root, folder))).toEqual([]);

    await scenarioPasses(root, folder, "lab", "9.2");
    expect(shownNames(await started(root, folder))).toEqual([TOOL]);

    const changed = edited(folder, { "tool.mjs": toolSource(TOOL, { read: "async () => ({ other: 1 })" }) });
    const host = await started(root, changed);
    expect(shownNames(host)).toEqual([]);
    expect(await report(host)).toContain(
      `Hidden (PROXMOX_MCP_MIN_VALIDATION=experimental would show it): it is experimental, and tools are shown from lab on: it has changed since its scenario passed (2026-01-31); run its scenario again: ${TOOL}`,
    );

    await scenarioPasses(root, changed, "lab", "9.2");
    expect(shownNames(await started(root, changed))).toEqual([TOOL]);
  });

  test("a changed SDK and a changed contract count as well; files that the tool does not reach do not", async () => {
    const root = emptyPackage();
    const folder = folderOf(pluginFiles());
    await scenarioPasses(root, folder, "lab", "9.2");

    const described = edited(folder, { "tool.mjs": toolSource(TOOL, { describe: '"Something else."' }) });
    expect(shownNames(await started(root, described))).toEqual([]);
    const beside = edited(folder, { "README.md": "more", "other.mjs": "export const x = 1;" });
    expect(shownNames(await started(root, beside))).toEqual([TOOL]);
    const copy = edited(folder, {
      "own-sdk.mjs": `// changed\n${readFileSync(join(folder, "own-sdk.mjs"), "utf8")}`,
    });
    expect(shownNames(await started(root, copy))).toEqual([]);
    writeFileSync(join(root, "sdk", "index.ts"), "export const sdk = 2;\n");
    expect(shownNames(await started(root, folder))).toEqual([]);
  });

  test("line ends of another system change nothing", async () => {
    const root = emptyPackage();
    const folder = folderOf(pluginFiles());
    await scenarioPasses(root, folder, "lab", "9.2");
    const source = readFileSync(join(folder, "tool.mjs"), "utf8").replaceAll("\n", "\r\n");
    expect(shownNames(await started(root, edited(folder, { "tool.mjs": source })))).toEqual([TOOL]);
  });

  test("live is above lab, and may be asked for", async () => {
    const root = emptyPackage();
    const folder = folderOf(pluginFiles());
    await scenarioPasses(root, folder, "lab", "9.2");
    const host = await started(root, folder, undefined, "live");
    expect(host.find(TOOL)?.hidden?.show).toBe("PROXMOX_MCP_MIN_VALIDATION=lab would show it.");
    await scenarioPasses(root, folder, "live", "9.2");
    const after = await started(root, folder, undefined, "live");
    expect(after.find(TOOL)?.validation).toEqual({
      status: "live",
      evidence: { where: "live", pve: "9.2", at: "2026-01-31" },
    });
  });
});

describe("evidence and versions", () => {
  test("counts for its own major version without a word", async () => {
    const root = emptyPackage();
    const folder = folderOf(pluginFiles());
    await scenarioPasses(root, folder, "lab", "9.2");
    const host = await started(root, folder, new FakeCluster("new", "9.2"));
    expect(host.find(TOOL)?.validation.reason).toBeUndefined();
  });

  test("counts for another major version with a compatible schema, and says so", async () => {
    const root = emptyPackage();
    const folder = folderOf(pluginFiles());
    await scenarioPasses(root, folder, "lab", "9.2");
    const host = await started(root, folder, new FakeCluster("old", "8.4"));
    expect(host.find(TOOL)?.validation).toMatchObject({
      status: "lab",
      reason: "seen to work on Proxmox VE 9.2; the schema of 8.4 is compatible",
    });
  });

  test("an entry of a release that is not known any more counts for nothing", async () => {
    const root = emptyPackage();
    const entry: EvidenceEntry = {
      where: "lab",
      pve: "6.4",
      at: "2020-01-01",
      digest: "sha256:0",
      scenarios: [],
    };
    const folder = folderOf({ ...pluginFiles(), "evidence.json": formatEvidence({ [TOOL]: [entry] }) });
    expect((await started(root, folder)).find(TOOL)?.validation.status).toBe("experimental");
  });
});
