import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import { ResourceUpdatedNotificationSchema } from "@modelcontextprotocol/sdk/types.js";
import type { Lab } from "../../sdk/lab/index.ts";
import { auditLines } from "./audit-files.ts";
import { Bench, jobOf, type Session, until } from "./support.ts";
import { openSurfaces, read, refusal } from "./surfaces.ts";

const bench = new Bench();
let lab: Lab;
let session: Session;
let folder: string;
beforeAll(async () => {
  ({ lab, session, folder } = await openSurfaces(bench));
});
afterAll(() => bench.close());

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
    // The release is asked for once, before anything else; this is about the reading itself.
    await session.ok("proxmox_api_call", { method: "GET", path: "/version" });
    const requests = lab.requests();
    const { text } = await read(session, "proxmox://inventory/default");
    expect(lab.requests() - requests).toBe(1);
    for (const node of lab.state.nodes.keys()) expect(text).toContain(node);
    expect(text).toMatch(/\d+ storages, \d+ shown/);
    expect(text).toMatch(/\d+ guests.* \(status: \d+ running/);
    const [uri = ""] = /proxmox:\/\/artifacts\/a_[0-9a-f]{24}/.exec(text) ?? [];
    const { text: whole } = await read(session, uri);
    for (const { vmid } of lab.state.guests.values()) expect(whole).toMatch(new RegExp(`^${vmid}\t`, "m"));
  });

  test("reading is audited as calls are, the failed ones too", async () => {
    await read(session, "proxmox://inventory/default");
    await refusal(read(session, "proxmox://inventory/other"));
    // What changes nothing is answered before its entry is on the disk.
    const recorded = (uri: string, entry: object) =>
      until(() => {
        const line = auditLines(folder).find(
          ({ input }) => JSON.stringify(input) === JSON.stringify({ uri }),
        );
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
    const error = await refusal(read(session, uri));
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
    expect((await read(session, uri)).text).toContain("TASK OK");
    expect((await read(session, `${uri}?limit=1`)).text).toBe("TASK OK");
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
