import { randomBytes } from "node:crypto";
import { ToolError } from "../../../sdk/errors.ts";
import type { Endpoint } from "../../../vendor/pve-docs/types.ts";
import type { RestFile } from "../types.ts";
import { FileFault, type WireRequest } from "./exchange.ts";
import type { WireValues } from "./form.ts";
import { fillPath } from "./paths.ts";

const BASE = "/api2/json";

/**
 * Fields in the one order that the daemon takes; what comes after the file is lost, and another field is refused
 * (pve-http-server, src/PVE/APIServer/AnyEvent.pm).
 */
const FIELDS = ["content", "checksum-algorithm", "checksum"];

/** The part of the file, which bears its name instead of a field of that name. */
const FILE_FIELD = "filename";

/** Names as the daemon keeps them; others it would change. */
const FILE_NAME = /^[a-zA-Z0-9_.-]+$/;

/**
 * The request of an upload, not signed yet. Its body is made anew for every attempt and read as the connection
 * takes it. Throws ToolError `invalid_input` where a value cannot be sent.
 */
export function uploadRequest(
  { method, path: template }: Endpoint,
  values: WireValues,
  file: RestFile,
): WireRequest {
  const { path, rest } = fillPath(template, values);
  const boundary = `----proxmox-mcp-${randomBytes(16).toString("hex")}`;
  const head = Buffer.from(`${fieldsOf(rest, boundary)}${fileHead(rest, boundary)}`);
  const tail = Buffer.from(`\r\n--${boundary}--\r\n`);
  return {
    method,
    path: BASE + path,
    headers: {
      "content-type": `multipart/form-data; boundary=${boundary}`,
      "content-length": String(head.length + file.size + tail.length),
    },
    body: () => bodyOf(head, file, tail),
  };
}

function fieldsOf(values: WireValues, boundary: string): string {
  const foreign = Object.keys(values).filter((name) => name !== FILE_FIELD && !FIELDS.includes(name));
  if (foreign.length > 0) throw refuse(foreign.join(", "), "does not go with a file");
  return FIELDS.flatMap((name) => {
    const value = values[name];
    if (value === undefined) return [];
    if (typeof value !== "string" || !/^[ -~]*$/.test(value)) throw refuse(name, "is no plain text");
    return [`--${boundary}\r\nContent-Disposition: form-data; name="${name}"\r\n\r\n${value}\r\n`];
  }).join("");
}

function fileHead(values: WireValues, boundary: string): string {
  const name = values[FILE_FIELD];
  if (typeof name !== "string" || !FILE_NAME.test(name))
    throw refuse(FILE_FIELD, "takes letters, digits, dots, dashes and underscores alone");
  return `--${boundary}\r\nContent-Disposition: form-data; name="${FILE_FIELD}"; filename="${name}"\r\nContent-Type: application/octet-stream\r\n\r\n`;
}

async function* bodyOf(head: Buffer, file: RestFile, tail: Buffer): AsyncGenerator<Uint8Array> {
  yield head;
  let left = file.size;
  try {
    for await (const chunk of file.read()) {
      left -= chunk.length;
      if (left < 0) break;
      yield chunk;
    }
  } catch (cause) {
    throw new FileFault("could not be read to its end", { cause });
  }
  // Ending short of what was promised breaks the connection, so that nothing is taken for a whole file.
  if (left !== 0) throw new FileFault("changed its size while it was sent");
  yield tail;
}

function refuse(name: string, why: string): ToolError {
  return new ToolError({
    code: "invalid_input",
    message: `The value of \`${name}\` ${why}.`,
    next: `Give \`${name}\` otherwise.`,
    details: { param: name },
  });
}
