import type { ListResult, RecordResult, TextResult, ToolResult } from "../../sdk/results.ts";
import { resultKind } from "../../sdk/results.ts";
import { describeArtifact } from "../artifacts/describe.ts";
import type { Artifact, Artifacts, NewArtifact } from "../artifacts/types.ts";
import { ARTIFACT_TOOL, artifactUri } from "../artifacts/uri.ts";
import type { Logger } from "../log.ts";
import type { Redactor } from "../secrets/redact.ts";
import { asSchema } from "./json-schema.ts";
import { shapeResult } from "./shape.ts";
import { shapeList } from "./shape-list.ts";
import { joinLines } from "./shape-parts.ts";
import type { CallAnswer } from "./types.ts";

/** What is answered of a result that is kept as an artifact, in characters. */
const HEAD = 4_000;

/** What keeping takes. */
export interface KeepParts {
  readonly artifacts: Artifacts;
  readonly redactor: Redactor;
  readonly logger: Logger;
  /** Longest answer, in characters. */
  readonly longest: number;
}

/**
 * Turns a result into an answer. Where it is too long, or the caller asks for it, the whole is kept as an
 * artifact of `subject` and the answer says how to read it. Throws where what was asked for cannot be kept.
 */
export async function shapeOrKeep(result: unknown, subject: string, parts: KeepParts): Promise<CallAnswer> {
  const { artifacts, redactor, logger, longest } = parts;
  const answer = shapeResult(result, redactor, longest);
  const isAsked = isAskedFor(result);
  const isCut = asSchema(answer.data).cut !== undefined;
  if (!isAsked && !isCut) return answer;
  try {
    // Shaping has seen that it is one of the three.
    const kept = await artifacts.put(subject, wholeOf(result as ToolResult, redactor));
    const head = isCut ? shapeResult(result, redactor, Math.min(HEAD, longest)) : answer;
    return withArtifact(head, kept);
  } catch (error) {
    if (isAsked) throw error;
    // The answer says that it is cut, which is better than none.
    logger.warn(notKept(error));
    return answer;
  }
}

/** The same for a text that is shaped already, such as the newest lines of a log; its data stays as it is. */
export async function keepLong(
  answer: CallAnswer,
  title: string,
  subject: string,
  { artifacts, logger, longest }: KeepParts,
): Promise<CallAnswer> {
  if (answer.text.length <= longest) return answer;
  try {
    const kept = await artifacts.put(subject, { title, content: answer.text });
    const cut = `Cut: the first ${HEAD} of ${answer.text.length} characters.`;
    return { ...answer, text: joinLines([headOf(answer.text), cut, whereWhole(kept)]) };
  } catch (error) {
    logger.warn(notKept(error));
    return answer;
  }
}

/** Whole lines; a fence that was open is closed. */
function headOf(text: string): string {
  const cut = text.slice(0, HEAD);
  const head = cut.slice(0, Math.max(cut.lastIndexOf("\n"), 0)) || cut;
  const fences = head.split("\n").filter((line) => /^`{3,}$/.test(line));
  // Text inside has only shorter runs of backticks than the fence around it, which comes first.
  const [fence] = fences;
  const isOpen = fences.filter((line) => line === fence).length % 2 === 1;
  return isOpen && fence !== undefined ? `${head}\n${fence}` : head;
}

function whereWhole(artifact: Artifact): string {
  return `Whole: ${describeArtifact(artifact)}. Read it with ${ARTIFACT_TOOL}, or as that resource.`;
}

function notKept(error: unknown): string {
  return `a long answer could not be kept: ${error instanceof Error ? error.message : String(error)}`;
}

function isAskedFor(result: unknown): boolean {
  return resultKind(result) === "list" && (result as ListResult).view?.artifact === true;
}

function withArtifact(answer: CallAnswer, artifact: Artifact): CallAnswer {
  const { id, mimeType, size, expiresAt } = artifact;
  return {
    ...answer,
    text: joinLines([answer.text, whereWhole(artifact)]),
    data: { ...asSchema(answer.data), artifact: { uri: artifactUri(id), mimeType, size, expiresAt } },
  };
}

function wholeOf(result: ToolResult, redactor: Redactor): NewArtifact {
  switch (resultKind(result)) {
    case "list":
      return wholeList(result as ListResult, redactor);
    case "record":
      return wholeRecord(result as RecordResult, redactor);
    default:
      return wholeText(result as TextResult);
  }
}

/** Every row that passes the filter, as the table that an answer shows. */
function wholeList(result: ListResult, redactor: Redactor): NewArtifact {
  const { cursor: _cursor, ...view } = result.view ?? {};
  const everything = { ...result, view: { ...view, limit: Number.MAX_SAFE_INTEGER } };
  return { title: result.of, content: shapeList(everything, redactor, Number.POSITIVE_INFINITY).text };
}

/** All fields, whatever their length. */
function wholeRecord({ title, fields }: RecordResult, redactor: Redactor): NewArtifact {
  const content = `${JSON.stringify(redactor.value(fields), undefined, 1)}\n`;
  return { title, mimeType: "application/json", content };
}

function wholeText({ title, text }: TextResult): NewArtifact {
  return { title, content: text };
}
