import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";

/** Files by their path below a folder. */
export type Files = Readonly<Record<string, string>>;

const made: string[] = [];

/** A temporary folder with these files; {@link removeFolders} takes it away. */
export function folderOf(files: Files): string {
  const folder = realpathSync(mkdtempSync(join(tmpdir(), "proxmox-mcp-test-")));
  made.push(folder);
  for (const [path, text] of Object.entries(files)) writeInto(folder, path, text);
  return folder;
}

/** Writes one file, making its folders. */
export function writeInto(folder: string, path: string, text: string): void {
  const file = join(folder, path);
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, text);
}

/** Removes every folder that was made. */
export function removeFolders(): void {
  for (const folder of made.splice(0)) rmSync(folder, { recursive: true, force: true });
}

/** The SDK as a plugin might bring it: its own copy, of which only the brands are shared. */
export const OWN_SDK = `
export const defineTool = (tool) => ({ [Symbol.for("proxmox-mcp.tool")]: true, ...tool });
export const definePlugin = (plugin) => ({ [Symbol.for("proxmox-mcp.plugin")]: true, sdk: "1.0.0", ...plugin });
`;

/** Source of a module that exports a tool named `tool`; `parts` are JavaScript. */
export function toolSource(name: string, parts: Readonly<Record<string, string>> = {}): string {
  const fields = {
    title: '"A tool"',
    describe: '"Does something."',
    risk: '"read"',
    uses: '["GET /nodes"]',
    input: '{ type: "object", properties: {} }',
    ...(parts.plan === undefined ? { read: "async () => ({})" } : {}),
    ...(parts.plan === undefined && parts.result === undefined ? { result: '{ type: "object" }' } : {}),
    ...parts,
  };
  const body = Object.entries(fields).map(([key, value]) => `  ${key}: ${value},\n`);
  return `import { defineTool } from "./own-sdk.mjs";\nexport const tool = defineTool({\n  name: "${name}",\n${body.join("")}});\n`;
}

/** Files of a private plugin with one tool, whose manifest and parts can be changed. */
export function pluginFiles(
  options: {
    readonly id?: string;
    readonly prefix?: string;
    readonly manifest?: Readonly<Record<string, unknown>>;
    readonly tool?: Readonly<Record<string, string>>;
    readonly toolName?: string;
    /** More fields of the plugin, as JavaScript. */
    readonly plugin?: string;
  } = {},
): Record<string, string> {
  const { id = "hello", prefix = id } = options;
  const manifest = { id, title: "A plugin", entry: "plugin.mjs", sdk: "^1.0.0", prefix, ...options.manifest };
  return {
    "proxmox-plugin.json": JSON.stringify(manifest),
    "own-sdk.mjs": OWN_SDK,
    "tool.mjs": toolSource(options.toolName ?? `${prefix}_thing_get`, options.tool),
    "plugin.mjs": `import { definePlugin } from "./own-sdk.mjs";
import { tool } from "./tool.mjs";
export default definePlugin({ id: "${id}", title: "A plugin", tools: () => [tool], ${options.plugin ?? ""} });
`,
  };
}
