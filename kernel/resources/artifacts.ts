import { ToolError } from "../../sdk/errors.ts";
import type { Artifact, ArtifactRange, Artifacts } from "../artifacts/types.ts";
import { ARTIFACT_ID, artifactUri } from "../artifacts/uri.ts";
import type { CallContext } from "../call/types.ts";
import { numbersOf, pathOf } from "./resources.ts";
import type { ResourceContent, ResourceKind } from "./types.ts";

const MOST_LISTED = 50;
/** Most bytes in one answer. */
const MOST_BYTES = 4_194_304;

/** `proxmox://artifacts/{artifactId}`: what tools kept because it was too large or no text. */
export function artifactResources(artifacts: Artifacts): ResourceKind {
  const uriTemplate = artifactUri("{artifactId}");
  return {
    host: "artifacts",
    templates: [
      {
        uriTemplate,
        name: "artifact",
        title: "Artifact",
        description: "Whole of an answer that was too large, or binary. Kept for a while, for who made it.",
      },
      {
        uriTemplate: `${uriTemplate}{?offset,limit}`,
        name: "artifact-range",
        title: "Part of an artifact",
        description: "Bytes from offset on, at most limit; of text whole characters only.",
      },
    ],
    list: async (subject) => (await artifacts.list(subject, MOST_LISTED)).map(listed),
    open(uri) {
      const [id = "", ...more] = pathOf(uri) ?? [];
      if (!ARTIFACT_ID.test(id) || more.length > 0) return undefined;
      const range = numbersOf(uri, { offset: 0, limit: 1 });
      return { what: "resource artifact", read: (context) => read(artifacts, id, range, context) };
    },
  };
}

function listed({ id, title, mimeType, size }: Artifact) {
  return { uri: artifactUri(id), name: id, title, mimeType, size };
}

async function read(
  artifacts: Artifacts,
  id: string,
  { offset = 0, limit }: ArtifactRange,
  { subject }: CallContext,
): Promise<ResourceContent> {
  const { size } = await artifacts.get(subject, id);
  if ((limit ?? size - offset) > MOST_BYTES) throw tooMuch(id, size);
  const {
    artifact,
    bytes,
    offset: begins,
    next,
  } = await artifacts.read(subject, id, {
    offset,
    ...(limit === undefined ? {} : { limit }),
  });
  return {
    mimeType: artifact.mimeType,
    body: artifact.isText ? Buffer.from(bytes).toString("utf8") : bytes,
    meta: { offset: begins, size: artifact.size, ...(next === undefined ? {} : { next }) },
  };
}

function tooMuch(id: string, size: number): ToolError {
  return new ToolError({
    code: "invalid_input",
    message: `The artifact ${id} has ${size} bytes; one answer holds at most ${MOST_BYTES}.`,
    next: `Read it in parts: ${artifactUri(id)}?offset=0&limit=${MOST_BYTES} and so on.`,
  });
}
