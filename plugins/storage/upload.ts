import {
  defineTool,
  fromApi,
  isToolError,
  nodeName,
  type PluginServices,
  type PveReader,
  rest,
  storageName,
  ToolError,
  Type,
} from "../../sdk/index.ts";
import { DEFINITIONS, definitionOf, needContent, nodeOf } from "./place.ts";
import { inGib, needSpace, STATUS } from "./space.ts";
import { CONTENT, fileVolid, refuseTaken } from "./volumes.ts";

const CLUSTER = "GET /cluster/status";
const NODE = "GET /nodes/{node}/status";

/** Uploads files of the machine that the server runs on. */
export function storageUpload({ uploads }: Pick<PluginServices, "uploads">) {
  return defineTool({
    name: "proxmox_storage_upload",
    title: "Upload a file to a storage",
    describe: "Uploads an ISO, template or disk image: an artifact, or a file in an allowed folder.",
    risk: "write",
    uses: [
      "POST /nodes/{node}/storage/{storage}/upload",
      CONTENT,
      STATUS,
      DEFINITIONS,
      { use: CLUSTER, optional: true },
      { use: NODE, optional: true },
    ],
    input: fromApi("POST /nodes/{node}/storage/{storage}/upload", {
      // The checksum of what is read here goes along in any case.
      without: ["tmpfilename", "checksum", "checksum-algorithm"],
      extra: {
        storage: storageName(),
        node: Type.Optional(nodeName({ description: "Unless shared" })),
        filename: Type.String({ pattern: "^[a-zA-Z0-9_.-]+$" }),
        path: Type.Optional(Type.String({ minLength: 1, description: "On the server's machine" })),
        artifactId: Type.Optional(Type.String({ minLength: 1 })),
      },
    }),
    async plan({ storage, node: asked, content, filename, path, artifactId }, pve) {
      const definition = await definitionOf(storage, pve);
      needContent(definition, String(content));
      const place = { storage, node: await nodeOf(definition, asked, pve) };
      await refuseTaken(fileVolid(storage, String(content), filename), place, pve);
      const file = await uploads.look(pve, { path, artifactId });
      if (file.size === 0) {
        throw new ToolError({
          code: "invalid_input",
          message: "The file is empty.",
          next: "Name another file.",
        });
      }
      const free = await needSpace(place, file.size, pve);
      const note = `Sends ${inGib(file.size)} to ${storage} on ${place.node}, which has ${inGib(free)} free; ${await receiving(file.size, pve)}.`;
      const checksum = { "checksum-algorithm": "sha256", checksum: file.sha256 };
      return [
        rest.post(
          "/nodes/{node}/storage/{storage}/upload",
          { ...place, content, filename, ...checksum },
          { file, note },
        ),
      ];
    },
  });
}

interface Member {
  readonly type: string;
  readonly name: string;
  readonly local?: number;
}

/** The file first lies in `/var/tmp` of the node that this server talks to; the API tells its root file system. */
async function receiving(size: number, pve: PveReader): Promise<string> {
  const where = "it needs the same room in /var/tmp of the node that takes it in";
  try {
    const members = await pve.get<readonly Member[]>("/cluster/status");
    const local = members.find((member) => member.type === "node" && member.local === 1);
    if (local === undefined) return `${where}, which could not be looked at`;
    const node = local.name;
    const { rootfs } = await pve.get<{ rootfs?: { avail?: number } }>("/nodes/{node}/status", { node });
    if (rootfs?.avail === undefined) return `${where} (${node}), which could not be looked at`;
    const lacks = rootfs.avail < size ? ", too little unless /var/tmp is a file system of its own" : "";
    return `${where}: ${node} has ${inGib(rootfs.avail)} free on its root file system${lacks}`;
  } catch (error) {
    if (isToolError(error) && error.code !== "cancelled") return `${where}, which could not be looked at`;
    throw error;
  }
}
