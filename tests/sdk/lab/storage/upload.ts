import { Readable } from "node:stream";
import { Agent, request } from "undici";
import type { Lab } from "../../../../sdk/lab/index.ts";

const BOUNDARY = "----upload";

/** Sends a file as a client does; answers status, reason and body. */
export async function sendFile(
  lab: Lab,
  path: string,
  fields: Readonly<Record<string, string>>,
  filename: string,
  content: string | Uint8Array,
  token = "root",
): Promise<{
  readonly status: number;
  readonly reason: string;
  readonly data: unknown;
  readonly text: string;
}> {
  const parts = Object.entries(fields).map(
    ([name, value]) => `--${BOUNDARY}\r\nContent-Disposition: form-data; name="${name}"\r\n\r\n${value}\r\n`,
  );
  const head = `${parts.join("")}--${BOUNDARY}\r\nContent-Disposition: form-data; name="filename"; filename="${filename}"\r\nContent-Type: application/octet-stream\r\n\r\n`;
  const body = Buffer.concat([
    Buffer.from(head),
    Buffer.from(content),
    Buffer.from(`\r\n--${BOUNDARY}--\r\n`),
  ]);
  const agent = new Agent({ connect: { ca: lab.caPem } });
  try {
    const answer = await request(`${lab.url}/api2/json${path}`, {
      method: "POST",
      headers: {
        authorization: lab.tokens[token]?.header ?? "",
        "content-type": `multipart/form-data; boundary=${BOUNDARY}`,
        "content-length": String(body.length),
      },
      body: Readable.from([body]),
      dispatcher: agent,
    });
    const text = await answer.body.text();
    const data: unknown = text.startsWith("{") ? (JSON.parse(text) as { data: unknown }).data : undefined;
    return { status: answer.statusCode, reason: answer.statusText ?? "", data, text };
  } finally {
    await agent.close();
  }
}
