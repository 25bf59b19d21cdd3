import { execFile } from "node:child_process";
import { cpSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import type { Lab } from "../../sdk/lab/index.ts";
import { Bench, settingsFor, UNGUARDED } from "./support.ts";

const ADMIN = resolve("dist/admin.js");
const bench = new Bench();
const state = bench.folder();
let lab: Lab;

/** Two servers one after the other, which leaves two chains, the second naming the first. */
beforeAll(async () => {
  lab = await bench.lab({ speed: 1000 });
  for (const vmid of [101, 102]) {
    const session = await bench.server({ ...settingsFor(lab), ...UNGUARDED, PROXMOX_MCP_STATE_DIR: state });
    await session.ok("proxmox_vm_list");
    await session.ok("proxmox_vm_update_config", { vmid, description: "\u001b[31mred" });
    await session.refused("proxmox_vm_action", { vmid: 999, action: "stop" });
    await session.close();
    await session.ended();
  }
});
afterAll(() => bench.close());

function admin(args: readonly string[], folder = state): Promise<{ code: number; out: string; err: string }> {
  const env = { PATH: process.env.PATH ?? "", PROXMOX_MCP_STATE_DIR: folder };
  return new Promise((done) => {
    execFile(process.execPath, [ADMIN, ...args], { env }, (error, out, err) => {
      done({ code: typeof error?.code === "number" ? error.code : 0, out, err });
    });
  });
}

/** A copy of the state folder after something was done to its chains, oldest first. */
function tampered(how: (files: string[], folder: string) => void): string {
  const folder = bench.folder();
  cpSync(state, folder, { recursive: true });
  const audit = join(folder, "audit");
  const files = readdirSync(audit).filter((name) => name.endsWith(".jsonl"));
  how(
    files.sort().map((name) => join(audit, name)),
    audit,
  );
  return folder;
}

function linesOf(file: string | undefined): string[] {
  return readFileSync(file ?? "", "utf8").split("\n");
}

describe("audit verify", () => {
  test("finds whole chains whole", async () => {
    const { code, out } = await admin(["audit", "verify"]);
    expect(code).toBe(0);
    expect(out).toMatch(
      /\.jsonl: whole, \d+ entries\n.*\.jsonl: whole, \d+ entries\n2 chains: nothing is missing or changed\n$/,
    );
  });

  test.each([
    [
      "a changed line",
      ([first = ""]: string[]) => {
        const lines = linesOf(first);
        lines[2] = lines[2]?.replace("proxmox_vm_update_config", "proxmox_vm_list") ?? "";
        writeFileSync(first, lines.join("\n"));
      },
      /^.*\.jsonl:4: it does not carry the hash of the entry before \(3 entries before it are good\)$/m,
    ],
    [
      "a removed line",
      ([first = ""]: string[]) => writeFileSync(first, linesOf(first).toSpliced(1, 1).join("\n")),
      /^.*\.jsonl:2: sequence number 2 where 1 belongs/m,
    ],
    [
      "a cut end",
      ([first = ""]: string[]) => writeFileSync(first, `${linesOf(first).slice(0, 3).join("\n")}\n`),
      /^.*\.jsonl:4: missing: the head names entry \d+/m,
    ],
    [
      "a removed file",
      ([first = ""]: string[]) => rmSync(first),
      /^.*\.jsonl:1: missing: the whole chain is gone, its head file is there$/m,
    ],
    [
      "a chain that was removed with its head",
      ([first = ""]: string[]) => {
        rmSync(first);
        rmSync(first.replace(/jsonl$/, "head"));
      },
      /^.*\.jsonl:\d+: missing or changed: .*\.jsonl names this entry as the last one then$/m,
    ],
  ])("names the line of %s", async (_what, how, found) => {
    const { code, out } = await admin(["audit", "verify"], tampered(how));
    expect(code).toBe(1);
    expect(out).toMatch(found);
    expect(out).toMatch(/faults?\n$/);
  });

  test("as JSON, one value a line", async () => {
    const { out } = await admin(["audit", "verify", "--json"]);
    const found: { state: string }[] = out
      .trim()
      .split("\n")
      .map((line) => JSON.parse(line));
    expect(found.map((one) => one.state)).toEqual(["intact", "intact"]);
  });
});

describe("audit show", () => {
  const lines = async (...filters: string[]) => {
    const { code, out } = await admin(["audit", "show", ...filters]);
    expect(code).toBe(0);
    return out.trimEnd().split("\n");
  };

  test("all entries in the order of their times", async () => {
    const all = await lines();
    expect(all).toHaveLength(8);
    expect(all).toEqual([...all].sort((a, b) => a.slice(0, 19).localeCompare(b.slice(0, 19))));
    expect(all[1]).toMatch(
      /before {4}proxmox_vm_update_config {2}\[write\] {2}VM 101 \(web1\) on pve1 .* by stdio \(e2e 1\.0\.0\)/,
    );
  });

  test.each([
    [["--guest", "101"], 2],
    [["--guest", "web2"], 2],
    [["--guest", "10"], 0],
    [["--guest", "999"], 2],
    [["--tool", "proxmox_vm_l*"], 2],
    [["--outcome", "succeeded"], 2],
    [["--outcome", "not_found"], 2],
    [["--event", "before", "--guest", "101"], 1],
    [["--cluster", "other"], 0],
    [["--since", "1h"], 8],
    [["--until", "1h"], 0],
    [["--since", "2020-01-01", "--until", "2020-01-02"], 0],
    [["--limit", "3"], 3],
  ])("%j shows %i", async (filters, count) => {
    const found = await lines(...filters);
    expect(found.filter((line) => line !== "No entry fits.")).toHaveLength(count);
  });

  test("nothing in it speaks to the terminal; as JSON the entries are whole", async () => {
    const { out } = await admin(["audit", "show"]);
    expect(out).not.toContain("\u001b");
    const { out: json } = await admin(["audit", "show", "--json", "--event", "before", "--guest", "101"]);
    expect(JSON.parse(json)).toMatchObject({
      event: "before",
      input: { vmid: 101 },
      seq: expect.any(Number),
    });
  });
});

describe("what cannot be done is said", () => {
  test.each([
    [[], 2, "a command is missing"],
    [["help"], 2, 'unknown command "help"'],
    [["audit"], 2, "audit takes verify or show"],
    [["audit", "show", "--since", "yesterday"], 2, "--since yesterday"],
    [["audit", "show", "--nope"], 2, "--nope"],
    [["audit", "verify", "--state-dir", "/nonexistent"], 1, "there is no audit log at /nonexistent"],
    [["passphrase", "hunter2"], 2, "never given as an argument"],
    [["approve"], 2, "takes the id of a plan"],
  ])("%j", async (args, code, why) => {
    const failed = await admin(args);
    expect([failed.code, failed.err]).toEqual([code, expect.stringContaining(why)]);
  });

  test("and --help says what there is", async () => {
    const { code, out } = await admin(["--help"]);
    expect([code, out]).toEqual([0, expect.stringContaining("approve PLAN")]);
  });
});
