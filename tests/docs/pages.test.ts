import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, describe, expect, test } from "@jest/globals";
import { coveragePage, SERVER_USES } from "../../docs/generate/coverage.ts";
import { NEAR_ENDPOINTS } from "../../docs/generate/near-endpoints.ts";
import type { Page } from "../../docs/generate/page.ts";
import { allPages } from "../../docs/generate/pages.ts";
import { type DocumentedPlugin, documentedPlugins } from "../../docs/generate/plugins.ts";
import { withGenerated } from "../../docs/generate/readmes.ts";
import { asSchema, propertiesOf } from "../../kernel/call/json-schema.ts";
// Loaded beforehand: jest cannot import several plugins at once while their common modules are new to it.
import "../../sdk/index.ts";
import { ERROR_CODES } from "../../sdk/errors.ts";
import { packageRoot } from "../../vendor/package-root.ts";
import { cliCommand, cliCommands, loadCatalog, releases } from "../../vendor/pve-docs/index.ts";

const layout = { root: packageRoot(), kind: "source" as const };
let pages: readonly Page[];
let plugins: readonly DocumentedPlugin[];
const texts = new Map<string, string>();

beforeAll(async () => {
  pages = await allPages(layout);
  plugins = await documentedPlugins(layout);
  for (const page of pages) texts.set(page.file, await page.render());
});

function text(file: string): string {
  const found = texts.get(file);
  if (found === undefined) throw new Error(`no page ${file}`);
  return found;
}

describe("generating", () => {
  test("gives the same twice", async () => {
    for (const page of await allPages(layout)) expect(await page.render()).toBe(text(page.file));
  });

  test("takes its own output without a change", async () => {
    for (const page of pages) expect(await page.render(text(page.file))).toBe(text(page.file));
  });

  test("writes every page once", () => {
    expect(texts.size).toBe(pages.length);
  });

  test("leaves no value unsaid", () => {
    for (const [, page] of texts) expect(page).not.toMatch(/\bundefined\b|\[object Object\]|\bNaN\b/);
  });

  test("makes tables whose rows all have the cells of their head", () => {
    for (const [, page] of texts) {
      for (const block of page.match(/(?:^\|.*\n)+/gm) ?? []) {
        const cells = block
          .trimEnd()
          .split("\n")
          .map((row) => row.replaceAll("\\|", "").split("|").length);
        expect(new Set(cells).size).toBe(1);
      }
    }
  });
});

describe("the reference", () => {
  test("has every tool in the index, on its plugin's page and in the README", () => {
    const tools = plugins.flatMap(({ tools }) => tools);
    expect(tools.length).toBeGreaterThan(0);
    for (const { tool, plugin } of tools) {
      expect(text("docs/reference/tools.md")).toContain(`(tools/${plugin}.md#${tool.name})`);
      expect(text(`docs/reference/tools/${plugin}.md`)).toContain(`\n## ${tool.name}\n`);
      expect(text(`plugins/${plugin}/README.md`)).toContain(`| \`${tool.name}\` `);
    }
  });

  test("has every input of every tool", () => {
    for (const { tool, plugin } of plugins.flatMap(({ tools }) => tools)) {
      const [, chapter = ""] = text(`docs/reference/tools/${plugin}.md`).split(`\n## ${tool.name}\n`);
      const [own = ""] = chapter.split("\n## ");
      for (const name of Object.keys(propertiesOf(asSchema(tool.input))))
        expect(own).toContain(`\`${name}\``);
    }
  });

  test("has the server's own tools", () => {
    for (const name of ["proxmox_capabilities", "job_list", "job_wait", "job_cancel"])
      expect(text("docs/reference/tools/kernel.md")).toContain(`\n## ${name}\n`);
  });

  test("has every error code", () => {
    const codes = [...text("docs/reference/errors.md").matchAll(/^\| `([a-z_]+)` \|/gm)].map(
      ([, code]) => code,
    );
    expect(codes).toEqual([...ERROR_CODES]);
  });

  test("has every command", () => {
    for (const { command } of cliCommands())
      expect(text("docs/reference/commands.md")).toContain(`\`${command}`);
  });
});

describe("the coverage", () => {
  test("has every path of every release, and stays readable", () => {
    const page = text("docs/reference/coverage.md");
    for (const release of releases())
      for (const { path } of loadCatalog(release).endpoints) expect(page).toContain(`| \`${path}\``);
    expect(page.length).toBeLessThan(300_000);
  });

  test("counts all endpoints", () => {
    const counts = releases().map((release) => String(loadCatalog(release).endpoints.length));
    const all = /^\| all \|(.*)\|$/m.exec(text("docs/reference/coverage.md"))?.[1]?.split("|") ?? [];
    expect(all.map((cell) => cell.trim())).toEqual(expect.arrayContaining(counts));
  });

  test("names a tool where one is made for the endpoint", () => {
    expect(text("docs/reference/coverage.md")).toContain(
      "| `/nodes/{node}/qemu/{vmid}/status/start` |  | `proxmox_vm_action` |",
    );
  });

  test("names the call where no tool is made for it, and versions where not all have it", async () => {
    const page = await coveragePage([]).render();
    expect(page).toContain("| `/nodes/{node}/qemu/{vmid}/status/start` |  | call |  |  |");
    expect(page).toContain("| `/cluster/bulk-action` (9.2) | call |  |  |  |");
    expect(page).toContain("| `/nodes/{node}/lxc/{vmid}/migrate` | call (9.2) | call |  |  |");
    expect(page).toContain("| `/nodes/{node}/tasks/{upid}` | call |  |  | `job_cancel` |");
  });

  test("says of the server only what its code calls", () => {
    const code = sources(join(layout.root, "kernel"));
    for (const key of SERVER_USES.keys()) {
      expect(loadCatalog().endpoint(key)).toBeDefined();
      expect(code).toContain(key.slice(key.indexOf("/")));
    }
  });
});

test("nearest endpoints exist, and belong to commands that have none of their own", () => {
  for (const [command, key] of Object.entries(NEAR_ENDPOINTS)) {
    expect({ command, private: cliCommand(command)?.private }).toEqual({ command, private: true });
    expect({ key, known: loadCatalog().endpoint(key) !== undefined }).toEqual({ key, known: true });
  }
});

describe("a README's generated part", () => {
  test("replaces what stands between the marks, and nothing else", () => {
    const before = "# a\n\n<!-- generated:tools -->\nold\n<!-- /generated -->\n\nGuidance.\n";
    expect(withGenerated(before, "new\n")).toBe(
      "# a\n\n<!-- generated:tools -->\n\nnew\n\n<!-- /generated -->\n\nGuidance.\n",
    );
  });

  test("comes after the heading where there are no marks yet", () => {
    expect(withGenerated("# a\n\nGuidance.\n", "new\n")).toBe(
      "# a\n\n<!-- generated:tools -->\n\nnew\n\n<!-- /generated -->\n\nGuidance.\n",
    );
  });

  test("is refused where a mark is missing", () => {
    expect(() => withGenerated("# a\n<!-- generated:tools -->\n", "new\n")).toThrow("generated");
  });
});

function sources(folder: string): string {
  return readdirSync(folder, { recursive: true, encoding: "utf8" })
    .filter((name) => name.endsWith(".ts"))
    .map((name) => readFileSync(join(folder, name), "utf8"))
    .join("\n");
}
