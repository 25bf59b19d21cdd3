import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import { LoggingMessageNotificationSchema } from "@modelcontextprotocol/sdk/types.js";
import { Bench, type Session } from "./support.ts";
import { openSurfaces } from "./surfaces.ts";

const bench = new Bench();
let session: Session;
beforeAll(async () => {
  ({ session } = await openSurfaces(bench));
});
afterAll(() => bench.close());

test("the server says what it has", () => {
  expect(session.client.getServerCapabilities()).toEqual({
    tools: { listChanged: true },
    resources: { subscribe: true, listChanged: true },
    prompts: {},
    completions: {},
    logging: {},
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
