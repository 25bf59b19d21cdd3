import { describe, expect, test } from "@jest/globals";
import { snippetDelete, snippetPut } from "../../../plugins/cloud-init/snippets/change.ts";
import { snippetGet, snippetList } from "../../../plugins/cloud-init/snippets/read.ts";
import { ToolError } from "../../../sdk/errors.ts";
import { codeOf, fakeNode, fakeReader, fakeVm, pageOf, readOf, stepsOf } from "../../helpers/fake-reader.ts";

const FILE = { from: { artifact: "a_1" }, size: 7, mtimeMs: 1, sha256: "b".repeat(64) };
const put = snippetPut({ uploads: { look: async () => FILE } });
const VOLID = "local:snippets/user.yaml";

/** Nodes pve1 and pve2 online, pve3 away; VM 100 on pve1 takes the snippet, VM 101 on pve2 has it as hook script. */
const reader = fakeReader({
  ways: { rootLogin: false, ssh: true },
  nodes: [fakeNode("pve1"), fakeNode("pve2"), fakeNode("pve3", { status: "offline" })],
  guests: [
    fakeVm({ vmid: 100, name: "web" }),
    fakeVm({ vmid: 101, name: "hooked", node: "pve2" }),
    fakeVm({ vmid: 200, name: "ct", kind: "lxc" }),
  ],
  snippets: { "pve1 local:snippets/user.yaml": "#cloud-config\n" },
  answers: {
    "GET /storage": [
      { storage: "local", type: "dir", content: "iso,snippets" },
      { storage: "nas", type: "nfs", content: "snippets,images", shared: 1 },
      { storage: "plain", type: "dir", content: "iso" },
      { storage: "off", type: "dir", content: "snippets", disable: 1 },
      { storage: "one", type: "dir", content: "snippets", nodes: "pve2" },
      { storage: "vg", type: "lvm", content: "images" },
    ],
    "GET /nodes/{node}/storage/{storage}/content": ({ node, storage }: { node: string; storage: string }) => {
      if (storage === "one") throw new ToolError({ code: "forbidden", message: "not yours" });
      return node === "pve1" ? [{ volid: `${storage}:snippets/user.yaml`, size: 14, ctime: 1 }] : [];
    },
    "GET /nodes/{node}/qemu/{vmid}/config": ({ vmid }: { vmid: number }) =>
      vmid === 100 ? { cicustom: `meta=x:snippets/m,user=${VOLID}` } : { hookscript: VOLID },
    "GET /nodes/{node}/lxc/{vmid}/config": () => {
      throw new ToolError({ code: "forbidden", message: "not yours" });
    },
  },
});

const place = { storage: "local", node: "pve1", name: "user.yaml" };
async function noteOf(input: object): Promise<string> {
  const [step] = await stepsOf(put, input, reader);
  return step?.note ?? "";
}

describe("writing", () => {
  test("tells who takes it, who could not be looked at, and which nodes lack it", async () => {
    const note = await noteOf({ ...place, content: "#cloud-config\n" });
    expect(note).toContain("used by VM 100 (web)");
    expect(note).toContain("1 guest could not be looked at");
    expect(note).toContain("pve2 lacks it, pve3 could not be looked at");
    expect(note).toContain(`cicustom: user=${VOLID}`);
    expect(note).not.toContain("does not begin");
  });

  test("is a step about the snippet, with the text or the artifact as it was looked at", async () => {
    const [text] = await stepsOf(put, { ...place, content: "#!/bin/sh\n", expected: "absent" }, reader);
    expect(text).toMatchObject({ via: "snippet", action: "write", ...place, expected: "absent" });
    const [file] = await stepsOf(put, { ...place, artifactId: "a_1" }, reader);
    expect(file).toMatchObject({ via: "snippet", content: FILE });
  });

  test.each([
    ["#cloud-config", true],
    ["#!/bin/bash", true],
    ["Content-Type: multipart/mixed", true],
    ["## template: jinja\n#cloud-config", true],
    ["MIME-Version: 1.0", true],
    ["version: 2\nethernets: {}", false],
    [" #cloud-config", false],
  ])("%j begins as user data: %s", async (content, begins) => {
    expect((await noteOf({ ...place, content })).includes("does not begin as user data")).toBe(!begins);
  });

  test.each([
    ["both contents", { content: "x", artifactId: "a_1" }, "invalid_input"],
    ["no content", {}, "invalid_input"],
    ["a storage of each node without node", { node: undefined, content: "x" }, "invalid_input"],
    ["a hook script", { node: "pve2", content: "x" }, "conflict"],
    ["a node that is away", { node: "pve3", content: "x" }, "unreachable"],
    ["a node that there is not", { node: "pve9", content: "x" }, "invalid_input"],
    ["a storage without snippets", { storage: "plain", content: "x" }, "conflict"],
    ["a storage of volumes", { storage: "vg", content: "x" }, "unsupported"],
    ["a disabled storage", { storage: "off", content: "x" }, "conflict"],
    ["a storage that is not there", { storage: "none", content: "x" }, "not_found"],
  ])("refuses %s", async (_, change, code) => {
    expect(await codeOf(stepsOf(put, { ...place, ...change }, reader))).toBe(code);
  });

  test("needs no node on a shared storage, nor on one of a single node", async () => {
    const [shared] = await stepsOf(put, { storage: "nas", name: "a", content: "x" }, reader);
    expect(shared).toMatchObject({ node: "pve1", note: expect.stringContaining("shared by all its nodes") });
    const [single] = await stepsOf(put, { storage: "one", name: "a", content: "x" }, reader);
    expect(single).toMatchObject({
      node: "pve2",
      note: expect.stringContaining("no other node has this storage"),
    });
  });

  test("says how a content type is added, and adds none", async () => {
    const refused = stepsOf(put, { ...place, storage: "plain", content: "x" }, reader);
    await expect(refused).rejects.toMatchObject({
      next: expect.stringContaining('content: ["iso","snippets"]'),
    });
  });
});

test("what a VM takes is not deleted, what none takes is", async () => {
  await expect(stepsOf(snippetDelete, place, reader)).rejects.toMatchObject({
    code: "conflict",
    message: expect.stringContaining("VM 100 (web)"),
  });
  const [step] = await stepsOf(snippetDelete, { ...place, name: "b.yaml" }, reader);
  expect(step).toMatchObject({ via: "snippet", action: "remove", name: "b.yaml" });
});

test("the list has every storage and node, and says what it could not see", async () => {
  const { rows } = await pageOf(snippetList, {}, reader);
  expect(rows).toMatchObject([{ volid: VOLID, node: "pve1" }, { volid: "nas:snippets/user.yaml" }]);
  expect(await readOf(snippetList, {}, reader)).toMatchObject({
    unseen: ["snippets of one on pve2: not yours", expect.stringContaining("pve3 is offline")],
  });
});

test("the content comes with its checksum and where it is not", async () => {
  expect(await readOf(snippetGet, place, reader)).toMatchObject({
    text: "#cloud-config\n",
    note: expect.stringMatching(/SHA-256 [0-9a-f]{64}; 14 bytes; .* on pve1; pve2 lacks it/),
  });
});
