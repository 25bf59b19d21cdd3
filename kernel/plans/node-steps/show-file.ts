import { isToolError } from "../../../sdk/errors.ts";
import { atPlace, type Place } from "../../../sdk/places.ts";
import { oneLine } from "../../call/one-line.ts";
import type { Redactor } from "../../secrets/redact.ts";
import { isSecretFile, maskedText } from "./secrets.ts";
import { textDiff } from "./text-diff.ts";
import type { NewContent, NodeStep, PresentFile, PresentFiles, ShownNodeStep } from "./types.ts";

/** Files up to this size are compared line by line, bytes. */
const MOST_BYTES = 262_144;
const MOST_LINES = 80;

/** What showing a step on a node takes. */
export interface ShowParts {
  readonly files: PresentFiles;
  readonly redactor: Redactor;
  readonly signal: AbortSignal;
}

type FileStep = Extract<NodeStep, { kind: "file" }>;
type Present = PresentFile | "absent" | { readonly why: string };

/** The content by size and SHA-256, and what it changes of the file that is there. Never rejects. */
export async function showFile(step: FileStep, head: string, parts: ShowParts): Promise<ShownNodeStep> {
  const { id, place, path, content, mode } = step;
  const present = await look(step, parts);
  const what =
    content === undefined ? "removes it" : `content: ${content.size} bytes, SHA-256 ${content.sha256}`;
  const bits = mode === undefined ? [] : [`mode ${mode.toString(8).padStart(4, "0")}`];
  return {
    lines: [
      oneLine(`${head} file ${JSON.stringify(path)}`),
      [what, ...bits, presentText(present)].join("; "),
      ...diffLines(path, present, content, parts.redactor),
    ],
    fingerprint: [{ entry: fingerprint(place, path, present) }],
    undo: undoOf(id, present),
    checkable: true,
  };
}

async function look({ place, path }: FileStep, { files, signal }: ShowParts): Promise<Present> {
  try {
    return (await files.read(place, path, { maxBytes: MOST_BYTES, signal })) ?? "absent";
  } catch (error) {
    return { why: isToolError(error) ? error.message : "it could not be read" };
  }
}

function presentText(present: Present): string {
  if (present === "absent") return "there is no such file yet";
  if ("why" in present) return oneLine(`the present file could not be read: ${present.why}`);
  return `present file: ${present.size} bytes, SHA-256 ${present.sha256}`;
}

function fingerprint(place: Place, path: string, present: Present) {
  if (present === "absent") return { kind: "file", place, path, sha256: "absent" } as const;
  if ("why" in present)
    return { kind: "unread", what: `${path} ${atPlace(place)}`, why: present.why } as const;
  return { kind: "file", place, path, sha256: present.sha256 } as const;
}

function diffLines(
  path: string,
  present: Present,
  content: NewContent | undefined,
  redactor: Redactor,
): readonly string[] {
  if (typeof present === "object" && "why" in present) return ["no diff: the present file is not known"];
  if (isSecretFile(path)) return ["no diff: files of this kind are secret as a whole"];
  if (present !== "absent" && content !== undefined && present.sha256 === content.sha256) {
    return ["changes nothing: the file is like that already"];
  }
  const before = present === "absent" ? "" : textOf(present.content);
  const after = content === undefined ? "" : textOf(content.bytes);
  if (before === undefined || after === undefined) {
    return [`no diff: not text, not at hand, or larger than ${MOST_BYTES} bytes`];
  }
  // What was masked alike on both sides may still differ: the digests tell.
  const lines = textDiff(maskedText(before, redactor), maskedText(after, redactor), MOST_LINES);
  return lines.length === 0 ? ["differs in masked values alone"] : lines.map((line) => oneLine(`| ${line}`));
}

/** UTF-8 text; undefined for anything else, and for what is too large. */
function textOf(content: Uint8Array | undefined): string | undefined {
  if (content === undefined || content.length > MOST_BYTES || content.includes(0)) return undefined;
  try {
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(content);
  } catch {
    return undefined;
  }
}

function undoOf(step: string, present: Present): ShownNodeStep["undo"] {
  if (present === "absent") return { step, how: "manual", text: "remove the file again" };
  return "why" in present
    ? { step, how: "none", text: "what the file held is not known" }
    : { step, how: "manual", text: "write back what the file holds now: keep a copy of it first" };
}
