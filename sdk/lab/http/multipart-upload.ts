import type { IncomingMessage } from "node:http";
import { nodeUsage } from "../domains/node-stats.ts";
import type { WireValue } from "../frame/params.ts";
import type { LabCore } from "../types.ts";
import { MultipartReader, type Upload, UploadFault } from "./multipart.ts";
import { decodeForm } from "./params.ts";
import { bare, plain, type Reply } from "./respond.ts";

/** Thrown where the daemon closes the connection without a word. */
export class ConnectionDropped extends Error {}

/** Whether a request is an upload with a body, which the daemon reads in its own way. */
export function isUpload(method: string, path: string, request: IncomingMessage): boolean {
  const length = Number(request.headers["content-length"] ?? 0);
  return method === "POST" && length > 0 && /^\/nodes\/[^/]+\/storage\/[^/]+\/upload$/.test(path);
}

/**
 * Reads an upload to its end; answers the parameters of the API call, or the {@link Reply} of a
 * daemon that gave up. The file waits in {@link LabCore.uploads} under `tmpfilename`.
 */
export async function readUpload(
  lab: LabCore,
  request: IncomingMessage,
  query: string,
): Promise<Map<string, WireValue> | Reply> {
  const type = request.headers["content-type"] ?? "";
  const [kind = "", ...rest] = type.split(/\s*[;,]\s*/);
  const boundary = rest.map((part) => /^\s*boundary\s*=\s*(\S+?)\s*$/.exec(part)?.[1]).find(Boolean);
  if (kind !== "multipart/form-data" || boundary === undefined) throw new ConnectionDropped();
  // A quoted boundary is taken with its quotes, and so never found.
  const read = await readAll(new MultipartReader(boundary), request);
  if (read instanceof UploadFault) return refusal(read.message);
  const node = lab.state.nodes.get(lab.state.localNode);
  if (node !== undefined && read.file.size > node.rootfs - nodeUsage(lab, node).disk)
    return refusal(
      "write to temporary file failed - No space left on device at /usr/share/perl5/PVE/APIServer/AnyEvent.pm line 1355.\n",
    );
  const tmpfilename = `/var/tmp/pveupload-${lab.random.hex(32)}`;
  lab.uploads.set(tmpfilename, read.file);
  const params = query === "" ? new Map<string, WireValue>() : decodeForm(query);
  for (const [name, value] of read.fields) params.set(name, value);
  return params.set("tmpfilename", tmpfilename);
}

/** Reads on after a fault as well: an answer before the end would not reach the client. */
async function readAll(reader: MultipartReader, request: IncomingMessage): Promise<Upload | UploadFault> {
  let fault: UploadFault | undefined;
  const attempt = <T>(work: () => T): T | undefined => {
    try {
      return work();
    } catch (error) {
      if (!(error instanceof UploadFault)) throw error;
      fault ??= error;
      return undefined;
    }
  };
  for await (const chunk of request)
    if (fault === undefined && Buffer.isBuffer(chunk)) attempt(() => reader.push(chunk));
  const upload = fault === undefined ? attempt(() => reader.end()) : undefined;
  return upload ?? fault ?? new UploadFault("upload failed\n");
}

function refusal(message: string): Reply {
  // A carriage return in the status line is more than the proxy in front takes.
  return /^[^\n]*\r/.test(message) ? bare(400, "Bad Request") : plain(500, message);
}
