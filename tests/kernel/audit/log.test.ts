import "reflect-metadata";
import {
  appendFile,
  type FileHandle,
  mkdtemp,
  open,
  readdir,
  readFile,
  rm,
  stat,
  truncate,
  writeFile,
} from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it, jest } from "@jest/globals";
import { parseHead } from "../../../kernel/audit/chain.ts";
import { ChainedAuditLog } from "../../../kernel/audit/log.ts";
import type { AuditEvent } from "../../../kernel/audit/types.ts";
import { type ChainFile, verifyChain, verifyChains } from "../../../kernel/audit/verify.ts";
import { createRedactor } from "../../../kernel/secrets/redact.ts";
import type { Settings } from "../../../kernel/settings/types.ts";

let root: string;
let directory: string;

beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), "audit-"));
  directory = join(root, "deep", "audit");
});

afterEach(async () => {
  jest.restoreAllMocks();
  await rm(root, { recursive: true, force: true });
});

function log(at = directory, secrets: string[] = []): ChainedAuditLog {
  // The log reads one setting only.
  return new ChainedAuditLog({ auditLogPath: at } as Settings, createRedactor(secrets));
}

const event = (tool: string, more: Partial<AuditEvent> = {}): AuditEvent => ({
  event: "call",
  callId: "c1",
  subject: "stdio",
  tool,
  ...more,
});

async function chains(): Promise<Map<string, ChainFile>> {
  const names = (await readdir(directory)).filter((name) => name.endsWith(".jsonl")).sort();
  const files = await Promise.all(
    names.map(async (name): Promise<[string, ChainFile]> => {
      const chain = name.slice(0, -".jsonl".length);
      const head = await readFile(join(directory, `${chain}.head`), "utf8").catch(() => "");
      return [chain, { text: await readFile(join(directory, name), "utf8"), head: parseHead(head) }];
    }),
  );
  return new Map(files);
}

async function onlyChain(): Promise<[string, ChainFile]> {
  const [only, ...others] = await chains();
  expect(others).toEqual([]);
  if (only === undefined) throw new Error("no chain");
  return only;
}

const entries = ({ text }: ChainFile): Record<string, unknown>[] =>
  text
    .trimEnd()
    .split("\n")
    .map((line) => JSON.parse(line));

async function handlePrototype(): Promise<FileHandle> {
  const handle = await open(root, "r");
  await handle.close();
  return Object.getPrototypeOf(handle);
}

describe("ChainedAuditLog", () => {
  it("creates nothing before the first entry", async () => {
    await log().close();
    expect(await readdir(root)).toEqual([]);
  });

  it("writes one sealed chain, readable by its owner alone", async () => {
    const audit = log();
    await audit.write(event("a"), { durable: true });
    await audit.write(event("b"));
    await audit.close();
    const [name, file] = await onlyChain();
    expect(verifyChain(file)).toEqual({ state: "intact", entries: 4, torn: false });
    expect(entries(file).map((entry) => entry.tool ?? entry.event)).toEqual(["open", "a", "b", "seal"]);
    expect(name).toMatch(new RegExp(`^\\d{8}T\\d{6}\\.\\d{3}Z-${process.pid}-[0-9a-f]{8}$`));
    const modes = [directory, join(directory, `${name}.jsonl`), join(directory, `${name}.head`)].map(
      async (path) => (await stat(path)).mode & 0o777,
    );
    expect(await Promise.all(modes)).toEqual([0o700, 0o600, 0o600]);
  });

  it("keeps the order of 500 entries at once and one intact chain", async () => {
    const audit = log();
    const names = Array.from({ length: 500 }, (_, index) => `t${index}`);
    await Promise.all(names.map((name) => audit.write(event(name), { durable: true })));
    await audit.close();
    const [, file] = await onlyChain();
    expect(verifyChain(file).state).toBe("intact");
    expect(
      entries(file)
        .slice(1, -1)
        .map((entry) => entry.tool),
    ).toEqual(names);
  });

  it("shows on disk what a durable write has acknowledged, under a head that knows it", async () => {
    const audit = log();
    await audit.write(event("a"), { durable: true });
    const [name, file] = await onlyChain();
    expect(verifyChain(file)).toEqual({ state: "unsealed", entries: 2, torn: false });
    await truncate(join(directory, `${name}.jsonl`), file.text.indexOf("\n") + 1);
    expect(verifyChain((await onlyChain())[1])).toMatchObject({ state: "broken", problem: { line: 2 } });
    await audit.close();
  });

  it("redacts by name and by value", async () => {
    const audit = log(directory, ["canary-1234"]);
    await audit.write(event("a", { input: { cipassword: "hunter2", note: "it is canary-1234 here" } }));
    await audit.close();
    const [, file] = await onlyChain();
    expect(file.text).not.toMatch(/hunter2|canary-1234/);
    expect(entries(file)[1]?.input).toEqual({ cipassword: "[redacted]", note: "it is [redacted] here" });
  });

  it("names the heads of the chains before, each once, also of one with a torn end", async () => {
    const crashed = log();
    await crashed.write(event("crashed"), { durable: true });
    const [name, before] = await onlyChain();
    await appendFile(join(directory, `${name}.jsonl`), '{"at":"20');
    const second = log();
    await second.write(event("second"));
    await second.close();
    const third = log();
    await third.write(event("third"));
    await third.close();
    const all = await chains();
    const openings = [...all.values()].map(
      (file) => entries({ ...file, text: file.text.split("\n")[0] ?? "" })[0]?.heads,
    );
    const [first, sealed] = [...all.keys()];
    expect(openings).toEqual([[], [before.head], [all.get(sealed ?? "")?.head]]);
    expect(first).toBe(name);
    const report = verifyChains(all);
    expect([...report.values()].map(({ state, torn }) => [state, torn])).toEqual([
      ["unsealed", true],
      ["intact", false],
      ["intact", false],
    ]);
    await crashed.close();
  });

  it("lets several processes share the directory, a chain each", async () => {
    const logs = [log(), log(), log()];
    await Promise.all(logs.flatMap((audit) => [audit.write(event("a")), audit.write(event("b"))]));
    await Promise.all(logs.map((audit) => audit.close()));
    const report = [...verifyChains(await chains()).values()];
    expect(report.map(({ state, entries: count, lost }) => [state, count, lost])).toEqual(
      Array.from({ length: 3 }, () => ["intact", 4, undefined]),
    );
  });

  it("throws not_recorded where the directory cannot be made, and recovers when it can", async () => {
    await writeFile(join(root, "deep"), "in the way");
    const audit = log();
    await expect(audit.write(event("a"), { durable: true })).rejects.toMatchObject({ code: "not_recorded" });
    await rm(join(root, "deep"));
    await audit.write(event("b"), { durable: true });
    await audit.close();
    const [, file] = await onlyChain();
    expect(entries(file).map((entry) => entry.tool ?? entry.event)).toEqual(["open", "b", "seal"]);
  });

  it("throws for an entry that JSON cannot hold, and writes the others", async () => {
    const audit = log();
    const bad = audit.write(event("bad", { input: 1n }));
    const good = audit.write(event("good"));
    await expect(bad).rejects.toMatchObject({ code: "not_recorded" });
    await good;
    await audit.close();
    expect(entries((await onlyChain())[1])[1]?.tool).toBe("good");
  });

  it("begins a new chain when its file was removed, and the loss shows", async () => {
    const audit = log();
    await audit.write(event("a"), { durable: true });
    const [name, { head }] = await onlyChain();
    await rm(join(directory, `${name}.jsonl`));
    await audit.write(event("b"), { durable: true });
    await audit.close();
    const all = await chains();
    expect([...verifyChains(all).values()].map(({ lost }) => lost)).toEqual([[head]]);
  });

  describe("on a full disk", () => {
    const full = () => Object.assign(new Error("no space left"), { code: "ENOSPC" });

    it("throws, leaves no half entry behind, and goes on when there is space again", async () => {
      const audit = log();
      await audit.write(event("a"), { durable: true });
      const handles = await handlePrototype();
      jest.spyOn(handles, "writeFile").mockImplementationOnce(async function (
        this: FileHandle,
        data: unknown,
      ) {
        await this.appendFile(String(data).slice(0, 40));
        throw full();
      });
      await expect(audit.write(event("lost"), { durable: true })).rejects.toMatchObject({
        code: "not_recorded",
        message: expect.stringContaining("ENOSPC"),
      });
      await audit.write(event("b"), { durable: true });
      await audit.close();
      const [, file] = await onlyChain();
      expect(verifyChain(file).state).toBe("intact");
      expect(entries(file).map((entry) => entry.tool ?? entry.event)).toEqual(["open", "a", "b", "seal"]);
    });

    it("throws when the flush fails, and takes the entry back", async () => {
      const audit = log();
      await audit.write(event("a"), { durable: true });
      jest.spyOn(await handlePrototype(), "datasync").mockRejectedValueOnce(full());
      await expect(audit.write(event("lost"), { durable: true })).rejects.toMatchObject({
        code: "not_recorded",
      });
      await audit.close();
      const [, file] = await onlyChain();
      expect(verifyChain(file).state).toBe("intact");
      expect(file.text).not.toContain("lost");
    });

    it("leaves no empty chain behind when it cannot be opened", async () => {
      const audit = log();
      jest.spyOn(await handlePrototype(), "writeFile").mockRejectedValueOnce(full());
      await expect(audit.write(event("lost"))).rejects.toMatchObject({ code: "not_recorded" });
      expect(await readdir(directory)).toEqual([]);
    });
  });

  it("flushes once for entries that come together", async () => {
    const audit = log();
    await audit.write(event("a"), { durable: true });
    const flush = jest.spyOn(await handlePrototype(), "datasync");
    await Promise.all(Array.from({ length: 500 }, () => audit.write(event("b"), { durable: true })));
    expect(flush).toHaveBeenCalledTimes(1);
    await audit.close();
  });

  it("refuses entries after closing", async () => {
    const audit = log();
    await audit.close();
    await expect(audit.write(event("a"))).rejects.toMatchObject({ code: "not_recorded" });
  });
});
