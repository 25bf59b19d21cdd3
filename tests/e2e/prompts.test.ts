import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import type { Lab } from "../../sdk/lab/index.ts";
import { Bench, type Session, settingsFor } from "./support.ts";
import { longAnswer, openSurfaces, refusal } from "./surfaces.ts";

const bench = new Bench();
let lab: Lab;
let session: Session;
beforeAll(async () => {
  ({ lab, session } = await openSurfaces(bench));
});
afterAll(() => bench.close());

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
    const { id } = await longAnswer(session);
    const ref = { type: "ref/resource" as const, uri: "proxmox://artifacts/{artifactId}" };
    const { completion } = await session.client.complete({
      ref,
      argument: { name: "artifactId", value: "a_" },
    });
    expect(completion.values).toContain(id);
  });
});
