import { atPlace } from "../../../sdk/places.ts";
import { oneLine } from "../../call/one-line.ts";
import { maskedArgv, maskedText } from "./secrets.ts";
import { type ShowParts, showFile } from "./show-file.ts";
import type { NodeStep, ShownNodeStep } from "./types.ts";

export type { ShowParts } from "./show-file.ts";

/** Lines of a script that are shown. */
const MOST_LINES = 80;

/**
 * A step on a node as a plan shows it: node, account, sudo, and the exact arguments or the content. What a shell
 * makes of its input cannot be computed, and nothing is promised for it. Never rejects.
 */
export async function showNodeStep(step: NodeStep, parts: ShowParts): Promise<ShownNodeStep> {
  const head = headOf(step);
  if (step.kind === "file") return await showFile(step, head, parts);
  if (step.kind === "look") return showLook(step, head);
  const argv = JSON.stringify(maskedArgv(step.argv, parts.redactor));
  return step.kind === "command"
    ? {
        lines: [oneLine(`${head} ${argv}`), "goes around Proxmox VE's own permissions"],
        fingerprint: [],
        undo: { step: step.id, how: "manual", text: "by the opposite command, where there is one" },
        checkable: true,
      }
    : {
        lines: [
          oneLine(`${head} shell ${argv}`),
          "effect not computable: it is neither checked afterwards nor undone",
          ...scriptLines(step.script, parts),
        ],
        fingerprint: [],
        undo: { step: step.id, how: "none", text: "effect not computable, so there is no way back either" },
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

function scriptLines(script: string | undefined, { redactor }: ShowParts): readonly string[] {
  if (script === undefined) return [];
  const lines = maskedText(script, redactor).replace(/\n$/, "").split("\n");
  const shown = lines.slice(0, MOST_LINES).map((line) => oneLine(`| ${line}`));
  const left = lines.length - shown.length;
  return left > 0 ? [...shown, `… ${left} more lines`] : shown;
}
