import { createHash } from "node:crypto";
import type { FileContent } from "../../sdk/inside-steps.ts";
import { atPlace } from "../../sdk/places.ts";
import type { Detour } from "../../sdk/steps.ts";
import { shownArgv } from "../plans/node-steps/secrets.ts";
import type { Redactor } from "../secrets/redact.ts";

/** How a step goes past the API, as data for answers and the audit: secrets masked, content by size and SHA-256. */
export interface DetourView {
  /** The command of Proxmox VE's own that it goes by, and the node that it runs on. */
  readonly command?: string;
  readonly node?: string;
  /** `on node pve1`, `in VM 100 on pve1`. */
  readonly place?: string;
  readonly user?: string;
  readonly sudo?: boolean;
  readonly argv?: readonly string[];
  /** Where it is more than one line, or encoded among the arguments. */
  readonly script?: string;
  /** Milliseconds. */
  readonly timeoutMs?: number;
  readonly input?: ContentView;
  readonly file?: string;
  readonly content?: ContentView;
}

interface ContentView {
  /** Bytes. */
  readonly size: number;
  readonly sha256: string;
}

/** See {@link DetourView}. */
export function viewDetour(over: Detour, redactor: Redactor): DetourView {
  if (over.by === "cli") return { command: over.command, node: over.node };
  const at = { place: atPlace(over.place), user: over.user, sudo: over.sudo };
  if (over.by === "file") {
    const content = over.content === undefined ? {} : { content: viewContent(over.content) };
    return { ...at, file: redactor.text(over.path), ...content };
  }
  const input = over.stdin === undefined ? {} : { input: viewContent({ text: over.stdin }) };
  const { words, script } = shownArgv(over.argv, redactor);
  const apart = script === undefined ? {} : { script: script.shown };
  return { ...at, argv: words, ...apart, timeoutMs: over.timeoutMs, ...input };
}

function viewContent(content: FileContent): ContentView {
  if (!("text" in content)) return { size: content.size, sha256: content.sha256 };
  const bytes = Buffer.from(content.text);
  return { size: bytes.length, sha256: createHash("sha256").update(bytes).digest("hex") };
}
