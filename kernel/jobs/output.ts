import { isUtf8 } from "node:buffer";
import type { Artifacts } from "../artifacts/types.ts";
import { artifactUri } from "../artifacts/uri.ts";
import type { Redactor } from "../secrets/redact.ts";
import type { OutputPart } from "./types.ts";

/** A longer text is kept as an artifact, and told by its end. Characters. */
const MOST_INLINE = 16_384;
const SHOWN_END = 4_000;

/** What was written or read, up to the bound of whoever took it in. */
export interface Taken {
  readonly name: OutputPart["name"];
  readonly bytes: Uint8Array;
  /** All that there was, bytes. */
  readonly size: number;
  readonly sha256?: string;
}

/** Whose it is and where it is kept. */
export interface KeepOutputParts {
  readonly artifacts: Artifacts;
  readonly redactor: Redactor;
  readonly subject: string;
  /** What the artifact is called. */
  readonly title: string;
}

/** Something from outside as a job shows it: small text as it is, all else as an artifact. Never rejects. */
export async function keepOutput(
  { name, bytes, size, sha256 }: Taken,
  parts: KeepOutputParts,
): Promise<OutputPart> {
  const known = { name, size, ...(sha256 === undefined ? {} : { sha256 }) };
  const lost = size > bytes.length ? { lost: size - bytes.length } : {};
  const text = isUtf8(bytes) && !bytes.includes(0) ? Buffer.from(bytes).toString() : undefined;
  const shown = text === undefined ? undefined : parts.redactor.text(text);
  const masked = shown === text ? {} : ({ masked: true } as const);
  if (shown !== undefined && shown.length <= MOST_INLINE)
    return { ...known, ...lost, ...masked, text: shown };
  const end = shown === undefined ? {} : ({ text: shown.slice(-SHOWN_END), isEnd: true } as const);
  try {
    const { id } = await parts.artifacts.put(parts.subject, { title: parts.title, content: shown ?? bytes });
    return { ...known, ...lost, ...masked, ...end, artifact: artifactUri(id) };
  } catch (error) {
    const why = error instanceof Error ? error.message : "unknown error";
    return { ...known, ...lost, ...masked, ...end, notKept: why };
  }
}
