import { ToolError } from "../../sdk/errors.ts";
import { fenced, OUTSIDE } from "../call/fence.ts";
import type { ServingTool } from "../host/types.ts";
import { describeArtifact } from "./describe.ts";
import type { Artifact, Artifacts } from "./types.ts";
import { ARTIFACT_TOOL, artifactUri } from "./uri.ts";

/** Bytes read where the caller names no limit. */
const DEFAULT_LIMIT = 8_192;

/** The tool `artifact_read`, for clients that read no resources. */
export function artifactTool(artifacts: Artifacts, mostBytes: number): ServingTool {
  return {
    name: ARTIFACT_TOOL,
    title: "Read an artifact",
    describe: "Reads a part of an artifact: the whole of an answer that was too large.",
    risk: "read",
    inputSchema: {
      type: "object",
      additionalProperties: false,
      properties: {
        artifact: {
          type: "string",
          pattern: "^(?:proxmox://artifacts/)?a_[0-9a-f]{24}$",
          description: "Id or URI",
        },
        offset: { type: "integer", minimum: 0, default: 0, description: "First byte" },
        limit: {
          type: "integer",
          minimum: 1,
          maximum: mostBytes,
          default: Math.min(DEFAULT_LIMIT, mostBytes),
          description: "Bytes",
        },
      },
      required: ["artifact"],
    },
    result: {
      type: "object",
      properties: {
        artifact: { type: "object" },
        offset: { type: "integer" },
        text: { type: "string" },
        next: { type: "integer" },
      },
      required: ["artifact", "offset", "text"],
      additionalProperties: false,
    },
    async run(input, { subject }) {
      const id = String(input.artifact).replace(/^.*\//, "");
      const offset = typeof input.offset === "number" ? input.offset : 0;
      const limit = typeof input.limit === "number" ? input.limit : Math.min(DEFAULT_LIMIT, mostBytes);
      const whole = await artifacts.get(subject, id);
      if (!whole.isText) throw notText(whole);
      const { artifact, bytes, offset: begins, next } = await artifacts.read(subject, id, { offset, limit });
      const text = Buffer.from(bytes).toString("utf8");
      const head = `${describeArtifact(artifact)}; bytes ${begins} to ${begins + bytes.length} (${OUTSIDE}):`;
      const more = next === undefined ? "That is its end." : `More: offset ${next}`;
      return {
        text: `${head}\n${fenced(text)}\n${more}`,
        isError: false,
        data: { artifact, offset: begins, text, ...(next === undefined ? {} : { next }) },
      };
    },
  };
}

function notText(artifact: Artifact): ToolError {
  return new ToolError({
    code: "unsupported",
    message: `${describeArtifact(artifact)} is not text.`,
    next: `Read the resource ${artifactUri(artifact.id)}, which answers it as a blob.`,
  });
}
