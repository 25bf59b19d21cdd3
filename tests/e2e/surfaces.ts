/** What clients see besides the answers of tools: a server that keeps long answers, and reading its resources. */
import { McpError } from "@modelcontextprotocol/sdk/types.js";
import type { Lab } from "../../sdk/lab/index.ts";
import { type Bench, type Session, settingsFor, UNGUARDED } from "./support.ts";

/** A lab, and a server that cuts answers of more than 2000 characters. */
export interface Surfaces {
  readonly lab: Lab;
  readonly session: Session;
  /** The server's state directory. */
  readonly folder: string;
}

export async function openSurfaces(bench: Bench): Promise<Surfaces> {
  const lab = await bench.lab({ speed: 40 });
  const folder = bench.folder();
  return { lab, folder, session: await cuttingServer(bench, lab, folder) };
}

/** A server that keeps its state in the folder and cuts answers of more than 2000 characters. */
export function cuttingServer(bench: Bench, lab: Lab, folder: string): Promise<Session> {
  return bench.server({
    ...settingsFor(lab),
    ...UNGUARDED,
    PROXMOX_MCP_STATE_DIR: folder,
    PROXMOX_MCP_ARTIFACT_INLINE_CHARS: "2000",
  });
}

/** Reads a resource that is one text. */
export async function read(
  { client }: Session,
  uri: string,
): Promise<{ text: string; meta: unknown; mimeType: string | undefined }> {
  const { contents } = await client.readResource({ uri });
  const [only] = contents;
  if (contents.length !== 1 || only === undefined || !("text" in only))
    throw new Error(`${uri} is no one text`);
  return { text: only.text, meta: only._meta, mimeType: only.mimeType };
}

/** The error that a request is refused with. */
export async function refusal(request: Promise<unknown>): Promise<McpError> {
  const error = await request.then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  if (!(error instanceof McpError)) throw new Error(`was not refused: ${String(error)}`);
  return error;
}

/** Makes an artifact of a long answer; answers its URI and the answer. */
export async function longAnswer(session: Session): Promise<{ uri: string; id: string; text: string }> {
  const { text } = await session.ok("proxmox_api_call", { method: "GET", path: "/cluster/resources" });
  const [uri, id] = /proxmox:\/\/artifacts\/(a_[0-9a-f]{24})/.exec(text) ?? [];
  if (uri === undefined || id === undefined) throw new Error(`no artifact in:\n${text}`);
  return { uri, id, text };
}
