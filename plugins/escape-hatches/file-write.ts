import {
  defineTool,
  type FileContent,
  file,
  type PluginServices,
  type PveReader,
  ToolError,
  Type,
} from "../../sdk/index.ts";
import { FILE_USES, PLACE_INPUTS, placeOf } from "./place.ts";

/** What is larger is no text to write by hand, but a file to be sent. Bytes. */
const MOST_TEXT = 262_144;
/** Inside guests every part is a request of its own. Bytes. */
const MOST_IN_GUEST = 67_108_864;

/** What a caller names as content. */
interface Given {
  readonly content?: string | undefined;
  readonly artifactId?: string | undefined;
  readonly resourceUri?: string | undefined;
}

/** Writes a file anywhere. */
export function fileWrite({ uploads }: Pick<PluginServices, "uploads">) {
  return defineTool({
    name: "proxmox_file_write",
    title: "Write a file",
    describe:
      "Writes a whole file on a node by SSH, in a VM by its agent, or in a container, from text or an artifact.",
    risk: "escape",
    uses: FILE_USES,
    input: Type.Object({
      ...PLACE_INPUTS,
      path: Type.String({ minLength: 1, description: "Absolute" }),
      content: Type.Optional(Type.String()),
      artifactId: Type.Optional(Type.String({ minLength: 1 })),
      resourceUri: Type.Optional(Type.String({ minLength: 1 })),
      expected: Type.Optional(
        Type.String({
          pattern: "^(absent|[0-9a-f]{64})$",
          description: "SHA-256 of the present file, or absent",
        }),
      ),
      mode: Type.Optional(Type.String({ pattern: "^[0-7]{3,4}$", description: "Octal" })),
    }),
    async plan({ node, vmid, path, expected, mode, ...given }, pve) {
      const place = await placeOf({ node, vmid }, pve);
      const content = await contentOf(given, uploads, pve);
      const size = "text" in content ? Buffer.byteLength(content.text) : content.size;
      const most =
        "text" in content ? MOST_TEXT : place.kind === "node" ? Number.POSITIVE_INFINITY : MOST_IN_GUEST;
      if (size > most) throw tooLarge(size, most, "text" in content);
      const options = {
        ...(expected === undefined ? {} : { expected }),
        ...(mode === undefined ? {} : { mode: Number.parseInt(mode, 8) }),
      };
      return [file.write(place, path, content, options)];
    },
  });
}

async function contentOf(
  { content, artifactId, resourceUri }: Given,
  uploads: PluginServices["uploads"],
  pve: PveReader,
): Promise<FileContent> {
  const given = [content, artifactId, resourceUri].filter((one) => one !== undefined);
  if (given.length !== 1) {
    throw new ToolError({
      code: "invalid_input",
      message: "It is not clear what the file is to hold. Nothing was changed.",
      next: "Give one of content, artifactId and resourceUri.",
    });
  }
  return content === undefined ? await uploads.look(pve, { artifactId, resourceUri }) : { text: content };
}

function tooLarge(size: number, most: number, isText: boolean): ToolError {
  return new ToolError({
    code: "unsupported",
    message: `The content has ${size} bytes, more than the ${most} that are written this way. Nothing was changed.`,
    next: isText
      ? "Give a longer one as an artifact."
      : "Have the guest fetch the file itself, such as with curl, or attach it as a disk.",
  });
}
