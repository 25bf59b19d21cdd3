import {
  defineTool,
  fromApi,
  isToolError,
  nodeName,
  type PveReader,
  rest,
  storageName,
  ToolError,
  Type,
} from "../../sdk/index.ts";
import { DEFINITIONS, definitionOf, needContent, nodeOf } from "./place.ts";
import { inGib, needSpace, STATUS } from "./space.ts";
import { CONTENT, fileVolid, refuseTaken } from "./volumes.ts";

const METADATA = "GET /nodes/{node}/query-url-metadata";

export const downloadUrl = defineTool({
  name: "proxmox_storage_download_url",
  title: "Download a file to a storage",
  describe: "Has a node download an ISO, template or disk image from a URL.",
  risk: "write",
  uses: [
    "POST /nodes/{node}/storage/{storage}/download-url",
    CONTENT,
    STATUS,
    DEFINITIONS,
    { use: METADATA, optional: true },
  ],
  input: fromApi("POST /nodes/{node}/storage/{storage}/download-url", {
    featured: ["checksum"],
    describe: { compression: "To unpack an ISO: gz, lzo, zst, bz2" },
    extra: {
      storage: storageName(),
      node: Type.Optional(nodeName({ description: "Unless shared" })),
    },
  }),
  async plan({ storage, node: asked, url, content, filename, ...options }, pve) {
    const given = [options.checksum, options["checksum-algorithm"]].filter((value) => value !== undefined);
    if (given.length === 1) {
      throw new ToolError({
        code: "invalid_input",
        message: "checksum and checksum-algorithm only go together.",
        next: "Give both or none.",
      });
    }
    const definition = await definitionOf(storage, pve);
    needContent(definition, String(content));
    const place = { storage, node: await nodeOf(definition, asked, pve) };
    await refuseTaken(fileVolid(storage, String(content), String(filename)), place, pve);
    const size = await sizeOf(place.node, String(url), options["verify-certificates"], pve);
    const free = await needSpace(place, size ?? 0, pve);
    const known = size === undefined ? "of a size that the node could not tell" : `of ${inGib(size)}`;
    const note = `Downloads a file ${known} to ${storage} on ${place.node}, which has ${inGib(free)} free${given.length === 0 ? "; without a checksum" : ""}.`;
    return [
      rest.post(
        "/nodes/{node}/storage/{storage}/download-url",
        { ...place, url, content, filename, ...options },
        { note },
      ),
    ];
  },
});

/** Size of the file in bytes as its server tells the node; some servers do not answer such a question. */
async function sizeOf(
  node: string,
  url: string,
  verify: unknown,
  pve: PveReader,
): Promise<number | undefined> {
  try {
    const { size } = await pve.get<{ size?: number }>("/nodes/{node}/query-url-metadata", {
      node,
      url,
      ...(typeof verify === "boolean" ? { "verify-certificates": verify } : {}),
    });
    return size;
  } catch (error) {
    if (isToolError(error) && error.code !== "cancelled") return undefined;
    throw error;
  }
}
