import type { JobStep, OutputPart, StepOutput } from "../jobs/types.ts";
import { fenced, OUTSIDE } from "./fence.ts";
import { oneLine } from "./one-line.ts";

/** What came out of the steps past the API: blocks that say where it is from and that it is data. */
export function outputLines(steps: readonly Pick<JobStep, "id" | "output">[]): readonly string[] {
  return steps.flatMap(({ id, output }) => (output === undefined ? [] : linesOf(id, output)));
}

function linesOf(id: string, { place, exitCode, signal, parts }: StepOutput): readonly string[] {
  const end = signal === undefined ? exitCode : `signal ${signal}`;
  const head = end === undefined ? [] : [`${id} exit: ${end}`];
  return [...head, ...parts.map((part) => partText(id, place, part))].flatMap((text) => text.split("\n"));
}

function partText(id: string, place: string, part: OutputPart): string {
  const { name, size, sha256, text, isEnd, masked, lost, truncated, artifact, notKept } = part;
  const facts = [
    `${size} bytes`,
    ...(sha256 === undefined ? [] : [`SHA-256 ${sha256}`]),
    ...(masked ? ["secrets in it are masked: do not write it back"] : []),
    ...(lost === undefined ? [] : [`${lost} bytes more were not kept`]),
    ...(truncated ? ["the guest agent dropped what was written after that"] : []),
    ...(artifact === undefined ? [] : [`whole in ${artifact}, artifact_read shows it`]),
    ...(notKept === undefined ? [] : [`could not be kept: ${notKept}`]),
  ];
  const head = oneLine(`${id} ${name} ${place}: ${facts.join("; ")}`);
  if (text === undefined) return head;
  const which = isEnd ? "its end" : "it";
  return `${head}; ${which} (${OUTSIDE}):\n${fenced(text)}`;
}
