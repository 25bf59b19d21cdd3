import { describe, expect, test } from "@jest/globals";
import { KernelResources, numbersOf, pathOf } from "../../../kernel/resources/resources.ts";
import type { NamedResource } from "../../../kernel/resources/types.ts";
import { RestFault } from "../../../kernel/transports/types.ts";
import { contextOf, errorOf, harness } from "./harness.ts";

function roadTo(read: NamedResource["read"]) {
  const resources = new KernelResources([
    {
      host: "things",
      templates: [
        { uriTemplate: "proxmox://things/{id}", name: "thing", title: "Thing", description: "A thing." },
      ],
      list: async () => [],
      open: (uri) => {
        const [id, ...more] = pathOf(uri) ?? [];
        if (!id || more.length > 0) return undefined;
        numbersOf(uri, { offset: 0 });
        return { what: "resource thing", read };
      },
    },
  ]);
  return harness({ resources });
}

const hello = async () => ({ mimeType: "text/plain", body: "hello s3cret-token" });

describe("reading a resource", () => {
  test("is audited as a read under its own name, secrets masked in the answer", async () => {
    const { road, audit } = roadTo(hello);
    const answer = await road.readResource("proxmox://things/1", { ...contextOf(), subject: "ann" });
    expect(answer).toEqual({ content: { mimeType: "text/plain", body: "hello [redacted]" } });
    expect(audit).toMatchObject([
      {
        event: "call",
        subject: "ann",
        tool: "resource thing",
        input: { uri: "proxmox://things/1" },
        outcome: "answered",
      },
    ]);
  });

  test.each([
    "proxmox://nothing/1",
    "proxmox://things/",
    "proxmox://things/1/2",
    "proxmox://things/%zz",
    "proxmox://me@things/1",
    "proxmox://things/1#part",
    "https://things/1",
    "no address",
  ])("%s names nothing: the templates are told, and the attempt is audited", async (uri) => {
    const { road, audit } = roadTo(hello);
    const answer = await road.readResource(uri, contextOf());
    expect("error" in answer && errorOf(answer.error)).toMatchObject({
      code: "not_found",
      next: expect.stringContaining("proxmox://things/{id}"),
    });
    expect(audit).toMatchObject([{ input: { uri }, outcome: "failed", error: { code: "not_found" } }]);
  });

  test.each(["?offset=-1", "?offset=1.5", "?offset=", "?limit=1", "?offset=99999999999999999999"])(
    "a query %s is refused",
    async (query) => {
      const answer = await roadTo(hello).road.readResource(`proxmox://things/1${query}`, contextOf());
      expect("error" in answer && errorOf(answer.error).code).toBe("invalid_input");
    },
  );

  test("a cluster that cannot be reached is told as calls tell it", async () => {
    const { road } = roadTo(() => Promise.reject(new RestFault("not_sent", "connection refused")));
    const answer = await road.readResource("proxmox://things/1", contextOf());
    expect("error" in answer && errorOf(answer.error)).toMatchObject({ code: "unreachable", retry: true });
  });

  test("a fault of ours answers no more than that", async () => {
    const { road } = roadTo(() => Promise.reject(new TypeError("secret inside")));
    const answer = await road.readResource("proxmox://things/1", contextOf());
    expect(JSON.stringify(answer)).toContain("internal");
    expect(JSON.stringify(answer)).not.toContain("secret inside");
  });
});
