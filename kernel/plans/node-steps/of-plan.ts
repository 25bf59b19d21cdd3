import { createHash } from "node:crypto";
import type { FileContent } from "../../../sdk/inside-steps.ts";
import type { FileLine, ShellLine } from "../../../sdk/steps.ts";
import { knownParams } from "../../call/step-refs.ts";
import type { PlanStep } from "../../call/types.ts";
import { cliArguments } from "../../transports/cli/arguments.ts";
import type { NewContent, NodeStep } from "./types.ts";

/** A planned step past the API as it is to be shown; undefined for a step of the API. */
export function nodeStepOf({ step }: PlanStep, login: string | undefined): NodeStep | undefined {
  const { id, over } = step;
  switch (over?.by) {
    case undefined:
      return undefined;
    case "cli": {
      const place = { kind: "node", node: over.node } as const;
      const argv = cliArguments(over, knownParams(step.params));
      return { kind: "command", id, place, user: login ?? "root", sudo: over.sudo === true, argv };
    }
    case "shell":
      return shellStep(id, over);
    case "file":
      return fileStep(id, over);
  }
}

function shellStep(id: string, { place, user, sudo, argv, stdin, timeoutMs }: ShellLine): NodeStep {
  const input = stdin === undefined ? {} : { input: stdin };
  return { kind: "shell", id, place, user, sudo, argv, timeoutMs, ...input };
}

function fileStep(
  id: string,
  { place, user, sudo, action, path, content, mode, maxBytes }: FileLine,
): NodeStep {
  const at = { id, place, user, sudo, path };
  if (action === "read") return { kind: "look", ...at, ...(maxBytes === undefined ? {} : { maxBytes }) };
  const bits = mode === undefined ? {} : { mode };
  return { kind: "file", ...at, content: content && newContent(content), ...bits };
}

function newContent(content: FileContent): NewContent {
  if (!("text" in content)) return { size: content.size, sha256: content.sha256 };
  const bytes = Buffer.from(content.text);
  return { size: bytes.length, sha256: createHash("sha256").update(bytes).digest("hex"), bytes };
}
