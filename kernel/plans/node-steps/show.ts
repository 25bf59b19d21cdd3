import { createHash } from "node:crypto";
import { atPlace } from "../../../sdk/places.ts";
import { oneLine } from "../../call/one-line.ts";
import { MASK } from "../../secrets/redact.ts";
import { maskedArgv, shownArgv } from "./secrets.ts";
import { type ShowParts, showFile } from "./show-file.ts";
import type { NodeStep, ShownNodeStep } from "./types.ts";

export type { ShowParts } from "./show-file.ts";

/** Lines of a script that are shown. */
const MOST_LINES = 400;

/**
 * A step on a node as a plan shows it: node, account, sudo, and the exact arguments or the content. What a shell
 * makes of its input cannot be computed, and nothing is promised for it. Never rejects.
 */
export async function showNodeStep(step: NodeStep, parts: ShowParts): Promise<ShownNodeStep> {
  const head = headOf(step);
  if (step.kind === "file") return await showFile(step, head, parts);
  if (step.kind === "look") return showLook(step, head);
  return step.kind === "command" ? showCommand(step, head, parts) : showShell(step, head, parts);
}

function showCommand(
  { id, argv }: Extract<NodeStep, { kind: "command" }>,
  head: string,
  { redactor }: ShowParts,
): ShownNodeStep {
  const shown = JSON.stringify(maskedArgv(argv, redactor));
  return {
    lines: [oneLine(`${head} ${shown}`), "goes around Proxmox VE's own permissions"],
    fingerprint: [],
    undo: { step: id, how: "manual", text: "by the opposite command, where there is one" },
    checkable: true,
  };
}

function showShell(
  { id, argv, input, timeoutMs }: Extract<NodeStep, { kind: "shell" }>,
  head: string,
  { redactor }: ShowParts,
): ShownNodeStep {
  const { words, script } = shownArgv(argv, redactor);
  const stdin = input === undefined ? undefined : { text: input, shown: redactor.text(input) };
  const texts = [
    ...(script === undefined ? [] : scriptLines("script", script)),
    ...(stdin === undefined ? [] : scriptLines("input", stdin)),
  ];
  const lines = [
    oneLine(`${head} shell ${JSON.stringify(words)}`),
    `effect not computable: it is neither checked afterwards nor undone; killed after ${timeoutMs} ms`,
    ...texts,
  ];
  // Whoever agrees must know that there is more than can be read.
  const isMasked = lines.some((line) => line.includes(MASK));
  return {
    lines: isMasked ? [...lines, `${MASK} stands for what is hidden here, and is run all the same`] : lines,
    fingerprint: [],
    undo: { step: id, how: "none", text: "effect not computable, so there is no way back either" },
    checkable: false,
  };
}

function headOf({ id, place, user, sudo }: NodeStep): string {
  const isPlain = place.kind === "node" && user !== "root";
  const how = sudo ? " with sudo" : isPlain ? ", without sudo" : "";
  return `${id}: ${atPlace(place)} as ${user}${how}:`;
}

function showLook({ id, path, maxBytes }: Extract<NodeStep, { kind: "look" }>, head: string): ShownNodeStep {
  const bound = maxBytes === undefined ? [] : [`at most ${maxBytes} bytes`];
  return {
    lines: [oneLine(`${head} file ${JSON.stringify(path)}`), ["reads it", ...bound].join("; ")],
    fingerprint: [],
    undo: { step: id, how: "inverse", text: "nothing to undo: it only reads" },
    checkable: true,
  };
}

/** The whole of it is told by its digest; a human sees what is really run, but for what is masked. */
function scriptLines(what: string, { text, shown }: { text: string; shown: string }): readonly string[] {
  const bytes = Buffer.from(text);
  const lines = shown.replace(/\n$/, "").split("\n");
  const left = lines.length - MOST_LINES;
  const sha256 = createHash("sha256").update(bytes).digest("hex");
  return [
    `${what}: ${bytes.length} bytes, SHA-256 ${sha256}`,
    ...lines.slice(0, MOST_LINES).map((line) => oneLine(`| ${line}`)),
    ...(left > 0 ? [`… ${left} more lines that are not shown`] : []),
  ];
}
