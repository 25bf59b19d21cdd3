import { expect, test } from "@jest/globals";
import { Type } from "typebox";
import { artifactsForPlugins } from "../../../kernel/artifacts/for-plugins.ts";
import { serviceDefinitions, serviceFaults } from "../../../kernel/host/services.ts";
import { uploadsForPlugins } from "../../../kernel/uploads/for-plugins.ts";
import { UploadFiles } from "../../../kernel/uploads/upload-files.ts";
import type { Catalog, Grant } from "../../../sdk/plugin.ts";
import { listSchema } from "../../../sdk/result-schemas.ts";
import { list } from "../../../sdk/results.ts";
import { defineTool } from "../../../sdk/tool.ts";
import { fakeReader } from "../../helpers/fake-reader.ts";
import { FakeArtifacts, fakeLogger } from "../call/fakes.ts";
import { harness } from "../call/harness.ts";

test("what a plugin puts belongs to whoever makes the call", async () => {
  const artifacts = new FakeArtifacts();
  const service = artifactsForPlugins(artifacts);
  const dump = defineTool({
    name: "proxmox_dump",
    title: "Dump",
    describe: "Keeps a dump.",
    risk: "read",
    uses: [],
    input: Type.Object({}),
    result: listSchema(),
    async read(_input, pve) {
      const { uri } = await service.put(pve, { title: "dump", content: Buffer.from([1, 2]) });
      return list({ of: "dumps", columns: [{ key: "uri" }], rows: [{ uri }] });
    },
  });
  const { call } = harness({ tools: [dump] });
  const answer = await call("proxmox_dump", {}, { subject: "ann" });
  expect(answer.text).toMatch(/proxmox:\/\/artifacts\/a_/);
  expect(artifacts.kept).toMatchObject([{ subject: "ann", artifact: { title: "dump" } }]);
});

test("takes the grant artifacts", () => {
  const definitions = serviceDefinitions(
    fakeLogger([]),
    {} as Catalog,
    artifactsForPlugins(new FakeArtifacts()),
    uploadsForPlugins(new UploadFiles([], new FakeArtifacts())),
  );
  const faults = (grants: readonly Grant[]) =>
    serviceFaults(["artifacts"], definitions, { id: "mine", grants });
  expect(faults(["artifacts"])).toEqual([]);
  expect(faults(["rest:read"])).toEqual([
    expect.stringContaining("PROXMOX_MCP_PLUGIN_GRANTS=mine=artifacts"),
  ]);
});

test("a client that no call got is refused", async () => {
  const artifacts = new FakeArtifacts();
  const put = artifactsForPlugins(artifacts).put(fakeReader({}), { title: "x", content: "" });
  await expect(put).rejects.toMatchObject({ code: "internal" });
  expect(artifacts.kept).toEqual([]);
});
