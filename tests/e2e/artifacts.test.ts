import { readdirSync, readFileSync, statSync, utimesSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import { ResourceListChangedNotificationSchema } from "@modelcontextprotocol/sdk/types.js";
import type { Lab } from "../../sdk/lab/index.ts";
import { Bench, type Session } from "./support.ts";
import { cuttingServer, longAnswer, openSurfaces, read, refusal } from "./surfaces.ts";

const FOREIGN = `a_${"f".repeat(24)}`;

const bench = new Bench();
let lab: Lab;
let session: Session;
let folder: string;
beforeAll(async () => {
  ({ lab, session, folder } = await openSurfaces(bench));
});
afterAll(() => bench.close());

describe("a long answer", () => {
  test("is cut inline and whole as an artifact, by resource and by tool", async () => {
    const { uri, id, text } = await longAnswer(session);
    expect(text.length).toBeLessThan(3_000);
    expect(text).toMatch(/Cut: .*\nWhole: .*artifact_read/);
    const whole = await read(session, uri);
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
    const { uri } = await longAnswer(session);
    const whole = (await read(session, uri)).text;
    const first = await read(session, `${uri}?offset=0&limit=100`);
    expect(first.text).toBe(whole.slice(0, 100));
    expect(first.meta).toMatchObject({ offset: 0, next: 100, size: Buffer.byteLength(whole) });
    const rest = await read(session, `${uri}?offset=100`);
    expect(first.text + rest.text).toBe(whole);
    expect(rest.meta).not.toHaveProperty("next");
    expect((await refusal(read(session, `${uri}?offset=99999999`))).message).toMatch(
      /beyond its end.*offset between/,
    );
    expect((await refusal(read(session, `${uri}?page=2`))).message).toContain(
      "offset (a whole number from 0 on)",
    );
  });

  test("lies in files that only the operator's account reads", async () => {
    const { id } = await longAnswer(session);
    const artifacts = join(folder, "artifacts");
    expect(statSync(artifacts).mode & 0o777).toBe(0o700);
    expect(statSync(join(artifacts, id)).mode & 0o777).toBe(0o600);
    expect(readdirSync(artifacts).filter((name) => name.endsWith(".new"))).toEqual([]);
  });

  test("is gone when its time is over", async () => {
    const { uri, id } = await longAnswer(session);
    const twoDaysAgo = Date.now() / 1000 - 2 * 86_400;
    utimesSync(join(folder, "artifacts", id), twoDaysAgo, twoDaysAgo);
    const error = await refusal(read(session, uri));
    expect(error.code).toBe(-32_002);
    expect(error.message).toMatch(/no artifact .* or it has expired.*Repeat the call/);
    const listed = await session.client.listResources();
    expect(listed.resources.map((resource) => resource.uri)).not.toContain(uri);
  });

  test("is nobody's but its maker's", async () => {
    const { uri, id } = await longAnswer(session);
    const path = join(folder, "artifacts", id);
    const [head = "", ...content] = readFileSync(path, "utf8").split("\n");
    const foreign = { ...JSON.parse(head), subject: "someone else" };
    writeFileSync(join(folder, "artifacts", FOREIGN), [JSON.stringify(foreign), ...content].join("\n"));
    const error = await refusal(read(session, `proxmox://artifacts/${FOREIGN}`));
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
    await longAnswer(session);
    await heard;
  });

  test("is cut all the same where it cannot be kept", async () => {
    const blocked = bench.folder();
    writeFileSync(join(blocked, "artifacts"), "in the way");
    const other = await cuttingServer(bench, lab, blocked);
    const { text } = await other.ok("proxmox_api_call", { method: "GET", path: "/cluster/resources" });
    expect(text).toContain("Cut:");
    expect(text).not.toContain("Whole:");
  });
});

test("a whole list on request, beside its page", async () => {
  const { text } = await session.ok("proxmox_vm_list", { limit: 2, artifact: true });
  const [uri = ""] = /proxmox:\/\/artifacts\/a_[0-9a-f]{24}/.exec(text) ?? [];
  const { text: whole } = await read(session, uri);
  const total = Number(/^(\d+) VMs, 2 shown/.exec(text)?.[1]);
  expect(total).toBeGreaterThan(2);
  expect(whole.trim().split("\n")).toHaveLength(total + 2);
});
