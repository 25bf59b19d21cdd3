import { readdirSync, readFileSync, statSync, utimesSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import {
  LoggingMessageNotificationSchema,
  McpError,
  ResourceListChangedNotificationSchema,
  ResourceUpdatedNotificationSchema,
} from "@modelcontextprotocol/sdk/types.js";
import type { Lab } from "../../sdk/lab/index.ts";
import { Bench, jobOf, type Session, settingsFor, UNGUARDED, until } from "./support.ts";

const FOREIGN = `a_${"f".repeat(24)}`;

const bench = new Bench();
let lab: Lab;
let session: Session;
let folder: string;
beforeAll(async () => {
  lab = await bench.lab({ speed: 40 });
  folder = bench.folder();
  session = await bench.server({
    ...settingsFor(lab),
    ...UNGUARDED,
    PROXMOX_MCP_STATE_DIR: folder,
    PROXMOX_MCP_ARTIFACT_INLINE_CHARS: "2000",
  });
});
afterAll(() => bench.close());

async function read(uri: string): Promise<{ text: string; meta: unknown; mimeType: string | undefined }> {
  const { contents } = await session.client.readResource({ uri });
  const [only] = contents;
  if (contents.length !== 1 || only === undefined || !("text" in only))
    throw new Error(`${uri} is no one text`);
  return { text: only.text, meta: only._meta, mimeType: only.mimeType };
}

async function refusal(request: Promise<unknown>): Promise<McpError> {
  const error = await request.then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  if (!(error instanceof McpError)) throw new Error(`was not refused: ${String(error)}`);
  return error;
}

function auditLines(): Record<string, unknown>[] {
  const audit = join(folder, "audit");
  return (
    readdirSync(audit)
      .flatMap((name) => readFileSync(join(audit, name), "utf8").split("\n"))
      // A chain's file is there before its first line is.
      .filter((line) => line !== "")
      .map((line) => JSON.parse(line))
  );
}

/** Makes an artifact of a long answer; answers its URI and the answer. */
async function longAnswer(): Promise<{ uri: string; id: string; text: string }> {
  const { text } = await session.ok("proxmox_api_call", { method: "GET", path: "/cluster/resources" });
  const [uri, id] = /proxmox:\/\/artifacts\/(a_[0-9a-f]{24})/.exec(text) ?? [];
  if (uri === undefined || id === undefined) throw new Error(`no artifact in:\n${text}`);
  return { uri, id, text };
}

test("the server says what it has", () => {
  expect(session.client.getServerCapabilities()).toEqual({
    tools: { listChanged: true },
    resources: { subscribe: true, listChanged: true },
    prompts: {},
    completions: {},
    logging: {},
  });
});

describe("a long answer", () => {
  test("is cut inline and whole as an artifact, by resource and by tool", async () => {
    const { uri, id, text } = await longAnswer();
    expect(text.length).toBeLessThan(3_000);
    expect(text).toMatch(/Cut: .*\nWhole: .*artifact_read/);
    const whole = await read(uri);
    expect(whole.mimeType).toBe("text/plain");
    for (const { vmid } of lab.state.guests.values()) expect(whole.text).toContain(String(vmid));

    let parts = "";
    for (let offset: number | undefined = 0; offset !== undefined; ) {
      const part = await session.ok("artifact_read", { artifact: id, offset, limit: 1_000 });
      const [, body = ""] = /\n`{3,}\n([\s\S]*)\n`{3,}\n/.exec(part.text) ?? [];
      parts += body;
      const next: string | undefined = /More: offset (\d+)$/.exec(part.text)?.[1];
      offset = next === undefined ? undefined : Number(next);
    }
    // A fence drops the line end before it, wherever a part happens to end.
    expect(parts.replaceAll("\n", "")).toBe(whole.text.replaceAll("\n", ""));
  });

  test("in ranges by its address", async () => {
    const { uri } = await longAnswer();
    const whole = (await read(uri)).text;
    const first = await read(`${uri}?offset=0&limit=100`);
    expect(first.text).toBe(whole.slice(0, 100));
    expect(first.meta).toMatchObject({ offset: 0, next: 100, size: Buffer.byteLength(whole) });
    const rest = await read(`${uri}?offset=100`);
    expect(first.text + rest.text).toBe(whole);
    expect(rest.meta).not.toHaveProperty("next");
    expect((await refusal(read(`${uri}?offset=99999999`))).message).toMatch(/beyond its end.*offset between/);
    expect((await refusal(read(`${uri}?page=2`))).message).toContain("offset (a whole number from 0 on)");
  });

  test("lies in files that only the operator's account reads", async () => {
    const { id } = await longAnswer();
    const artifacts = join(folder, "artifacts");
    expect(statSync(artifacts).mode & 0o777).toBe(0o700);
    expect(statSync(join(artifacts, id)).mode & 0o777).toBe(0o600);
    expect(readdirSync(artifacts).filter((name) => name.endsWith(".new"))).toEqual([]);
  });

  test("is gone when its time is over", async () => {
    const { uri, id } = await longAnswer();
    const twoDaysAgo = Date.now() / 1000 - 2 * 86_400;
    utimesSync(join(folder, "artifacts", id), twoDaysAgo, twoDaysAgo);
    const error = await refusal(read(uri));
    expect(error.code).toBe(-32_002);
    expect(error.message).toMatch(/no artifact .* or it has expired.*Repeat the call/);
    const listed = await session.client.listResources();
    expect(listed.resources.map((resource) => resource.uri)).not.toContain(uri);
  });

  test("is nobody's but its maker's", async () => {
    const { uri, id } = await longAnswer();
    const path = join(folder, "artifacts", id);
    const [head = "", ...content] = readFileSync(path, "utf8").split("\n");
    const foreign = { ...JSON.parse(head), subject: "someone else" };
    writeFileSync(join(folder, "artifacts", FOREIGN), [JSON.stringify(foreign), ...content].join("\n"));
    const error = await refusal(read(`proxmox://artifacts/${FOREIGN}`));
    expect(error.message).toContain("There is no artifact");
    expect((await session.refused("artifact_read", { artifact: FOREIGN })).code).toBe("not_found");
    const uris = (await session.client.listResources()).resources.map((resource) => resource.uri);
    expect(uris).toContain(uri);
    expect(uris).not.toContain(`proxmox://artifacts/${FOREIGN}`);
  });

  test("changes the list of resources, and the client hears of it", async () => {
    const heard = new Promise<void>((resolve) => {
      session.client.setNotificationHandler(ResourceListChangedNotificationSchema, () => resolve());
    });
    await longAnswer();
    await heard;
  });

  test("is cut all the same where it cannot be kept", async () => {
    const blocked = bench.folder();
    writeFileSync(join(blocked, "artifacts"), "in the way");
    const other = await bench.server({
      ...settingsFor(lab),
      ...UNGUARDED,
      PROXMOX_MCP_STATE_DIR: blocked,
      PROXMOX_MCP_ARTIFACT_INLINE_CHARS: "2000",
    });
    const { text } = await other.ok("proxmox_api_call", { method: "GET", path: "/cluster/resources" });
    expect(text).toContain("Cut:");
    expect(text).not.toContain("Whole:");
  });
});

test("a whole list on request, beside its page", async () => {
  const { text } = await session.ok("proxmox_vm_list", { limit: 2, artifact: true });
  const [uri = ""] = /proxmox:\/\/artifacts\/a_[0-9a-f]{24}/.exec(text) ?? [];
  const { text: whole } = await read(uri);
  const total = Number(/^(\d+) VMs, 2 shown/.exec(text)?.[1]);
  expect(total).toBeGreaterThan(2);
  expect(whole.trim().split("\n")).toHaveLength(total + 2);
});

describe("resources", () => {
  test("what there is, and in which forms", async () => {
    const { resourceTemplates } = await session.client.listResourceTemplates();
    expect(resourceTemplates.map(({ uriTemplate }) => uriTemplate)).toEqual([
      "proxmox://inventory/{cluster}",
      "proxmox://jobs/{jobId}/logs",
      "proxmox://artifacts/{artifactId}",
      "proxmox://artifacts/{artifactId}{?offset,limit}",
    ]);
    const { resources } = await session.client.listResources();
    expect(resources[0]).toMatchObject({ uri: "proxmox://inventory/default", mimeType: "text/plain" });
  });

  test("the inventory: nodes, storages and guests from one request, the rest as an artifact", async () => {
    // Whatever was read before is known; this is about the reading itself.
    const requests = lab.requests();
    const { text } = await read("proxmox://inventory/default");
    expect(lab.requests() - requests).toBeLessThanOrEqual(1);
    for (const node of lab.state.nodes.keys()) expect(text).toContain(node);
    expect(text).toMatch(/\d+ storages, \d+ shown/);
    expect(text).toMatch(/\d+ guests.* \(status: \d+ running/);
    const [uri = ""] = /proxmox:\/\/artifacts\/a_[0-9a-f]{24}/.exec(text) ?? [];
    const { text: whole } = await read(uri);
    for (const { vmid } of lab.state.guests.values()) expect(whole).toMatch(new RegExp(`^${vmid}\t`, "m"));
  });

  test("reading is audited as calls are, the failed ones too", async () => {
    await read("proxmox://inventory/default");
    await refusal(read("proxmox://inventory/other"));
    // What changes nothing is answered before its entry is on the disk.
    const recorded = (uri: string, entry: object) =>
      until(() => {
        const line = auditLines().find(({ input }) => JSON.stringify(input) === JSON.stringify({ uri }));
        if (line !== undefined) expect(line).toMatchObject({ event: "call", subject: "stdio", ...entry });
        return line;
      });
    await recorded("proxmox://inventory/default", {
      tool: "resource inventory",
      cluster: "default",
      outcome: "answered",
    });
    await recorded("proxmox://inventory/other", { tool: "resource inventory", outcome: "failed" });
  });

  test.each([
    "proxmox://nothing",
    "proxmox://jobs/1/logs",
    "file:///etc/passwd",
    "proxmox://artifacts/../jobs",
  ])("%s is none, and the forms are told", async (uri) => {
    const error = await refusal(read(uri));
    expect(error.code).toBe(-32_002);
    expect(error.message).toContain("proxmox://inventory/{cluster}");
  });
});

describe("the log of a job", () => {
  test("is read and subscribed to; news come while the job runs, and none after", async () => {
    const job = jobOf(
      await session.ok("proxmox_vm_clone", {
        ...{ vmid: 104, newid: 801, full: true, storage: "nfs", waitMode: "deferred", pollIntervalMs: 200 },
      }),
    );
    const uri = `proxmox://jobs/${job}/logs`;
    const updates: string[] = [];
    const first = new Promise<void>((resolve) => {
      session.client.setNotificationHandler(ResourceUpdatedNotificationSchema, ({ params }) => {
        updates.push(params.uri);
        resolve();
      });
    });
    await session.client.subscribeResource({ uri });
    await first;
    expect(new Set(updates)).toEqual(new Set([uri]));
    await session.ok("job_wait", { job, timeoutMs: 30_000 });
    expect((await read(uri)).text).toContain("TASK OK");
    expect((await read(`${uri}?limit=1`)).text).toBe("TASK OK");
    const listed = (await session.client.listResources()).resources;
    expect(listed).toContainEqual(expect.objectContaining({ uri, title: "Log of proxmox_vm_clone" }));
    await session.client.unsubscribeResource({ uri });
  });

  test("only logs of jobs that there are can be subscribed to", async () => {
    const inventory = await refusal(session.client.subscribeResource({ uri: "proxmox://inventory/default" }));
    expect(inventory.message).toMatch(/cannot be subscribed to.*proxmox:\/\/jobs/);
    const uri = `proxmox://jobs/j_${"0".repeat(24)}/logs`;
    expect((await refusal(session.client.subscribeResource({ uri }))).message).toContain("job_list");
  });
});

describe("prompts", () => {
  test("those there are, with what they ask for", async () => {
    const { prompts } = await session.client.listPrompts();
    const named = prompts.map(({ name, arguments: own = [] }) => [
      name,
      own.map((argument) => argument.name + (argument.required ? "!" : "")).join(" "),
    ]);
    expect(named).toEqual([
      ["change-plan", "goal! vmid"],
      ["risk-review", "change! vmid"],
      ["diagnose-guest", "vmid! symptom"],
      ["capacity-review", "node storage"],
      ["backup-audit", "storage"],
    ]);
    for (const { title, description } of prompts) expect([title, description]).not.toContain(undefined);
  });

  test("name only tools that are listed", async () => {
    const reading = await bench.server({
      ...settingsFor(lab),
      PROXMOX_MCP_PLUGINS: "-escape-hatches,-tasks",
    });
    for (const one of [session, reading]) {
      const listed = new Set(await one.toolNames());
      for (const name of [
        "change-plan",
        "risk-review",
        "diagnose-guest",
        "capacity-review",
        "backup-audit",
      ]) {
        const wanted = { goal: "g", change: "c", vmid: "101" };
        const { prompts } = await one.client.listPrompts();
        const own = prompts.find((prompt) => prompt.name === name)?.arguments ?? [];
        const given = Object.entries(wanted).filter(([key]) => own.some((argument) => argument.name === key));
        const { messages } = await one.client.getPrompt({ name, arguments: Object.fromEntries(given) });
        const text = messages.map(({ content }) => (content.type === "text" ? content.text : "")).join("");
        for (const tool of text.match(/\b(?:proxmox|job|artifact)_[a-z_]+/g) ?? []) {
          expect([name, tool, listed.has(tool)]).toEqual([name, tool, true]);
        }
      }
    }
    const { messages } = await reading.client.getPrompt({
      name: "diagnose-guest",
      arguments: { vmid: "101" },
    });
    expect(JSON.stringify(messages)).toContain("no listed tool reads this (GET /cluster/tasks)");
  });

  test("a missing argument and an unknown prompt are told plainly", async () => {
    expect((await refusal(session.client.getPrompt({ name: "diagnose-guest" }))).message).toContain(
      "vmid is missing",
    );
    const unknown = await refusal(session.client.getPrompt({ name: "diagnose" }));
    expect([unknown.code, unknown.message]).toEqual([-32_602, expect.stringContaining("diagnose-guest")]);
  });
});

describe("completions", () => {
  const complete = async (name: string, value: string) => {
    const ref = { type: "ref/prompt" as const, name: "diagnose-guest" };
    return (await session.client.complete({ ref, argument: { name, value } })).completion.values;
  };

  test("clusters, nodes, guests and storages, and no request per keystroke", async () => {
    expect(await complete("node", "pve")).toEqual([...lab.state.nodes.keys()].sort());
    const requests = lab.requests();
    expect(await complete("cluster", "de")).toEqual(["default"]);
    expect(await complete("vmid", "10")).toContain("104");
    expect(await complete("vmid", "win")).toContain("win1");
    expect(await complete("storage", "nf")).toEqual(["nfs"]);
    expect(await complete("storage", "zzz")).toEqual([]);
    expect(lab.requests()).toBe(requests);
  });

  test("parts of resource addresses", async () => {
    const { id } = await longAnswer();
    const ref = { type: "ref/resource" as const, uri: "proxmox://artifacts/{artifactId}" };
    const { completion } = await session.client.complete({
      ref,
      argument: { name: "artifactId", value: "a_" },
    });
    expect(completion.values).toContain(id);
  });
});

describe("log messages", () => {
  test("from the level on that the client asks for", async () => {
    const heard: { level: string; data: unknown }[] = [];
    session.client.setNotificationHandler(LoggingMessageNotificationSchema, ({ params }) => {
      heard.push(params);
    });
    await session.refused("proxmox_vm_get", { vmid: 99_999 });
    expect(heard).toEqual([]);
    await session.client.setLoggingLevel("debug");
    await session.refused("proxmox_vm_get", { vmid: 99_999 });
    await session.ok("proxmox_vm_list");
    expect(heard).toMatchObject([
      { level: "info", data: { tool: "proxmox_vm_get", message: expect.stringContaining("not_found") } },
      { level: "debug", data: { tool: "proxmox_vm_list" } },
    ]);
    await session.client.setLoggingLevel("emergency");
    await session.ok("proxmox_vm_list");
    expect(heard).toHaveLength(2);
  });
});
