import { isAbsolute } from "node:path/posix";
import { ToolError } from "../../sdk/errors.ts";
import type { FileContent, FileStep, ShellStep } from "../../sdk/inside-steps.ts";
import type { Place } from "../../sdk/places.ts";
import type { FileLine, RestStep, ShellLine } from "../../sdk/steps.ts";
import { cliCommands } from "../../vendor/pve-docs/index.ts";
import type { Catalog, Endpoint } from "../../vendor/pve-docs/types.ts";
import { MASK } from "../secrets/redact.ts";

/** A step at a place past the API, in the form of the API call that stands closest to it. */
export interface ResolvedInside {
  readonly step: RestStep & { readonly id: string; readonly over: ShellLine | FileLine };
  readonly endpoint: Endpoint;
}

/** What resolving takes. */
export interface InsideParts {
  readonly catalog: Catalog;
  /** The account that SSH signs in as; undefined where SSH is not set up. */
  readonly login: string | undefined;
}

/** Longest command line that is sent, bytes: Linux takes 128 KiB as one argument, and some more stands around it. */
const MOST_ARGUMENTS = 130_000;
const MODE = 0o7777;

/** Gives a free command or file its place in the plan. Throws ToolError for what can be run nowhere. */
export function resolveInside(
  step: (ShellStep | FileStep) & { readonly id: string },
  { catalog, login }: InsideParts,
): ResolvedInside {
  const { id, place, note } = step;
  if (step.via === "shell") checkCommand(step);
  else checkFile(step);
  const endpoint = endpointOf(step, catalog);
  const wantsRoot = step.via === "file" || step.sudo !== false;
  const at = { place, ...accountOf(place, login, wantsRoot) };
  const over =
    step.via === "shell"
      ? ({ by: "shell", ...at, ...kept(step, ["argv", "stdin", "timeoutMs", "raw"]) } as const)
      : ({ by: "file", ...at, ...kept(step, FILE_FIELDS) } as const);
  const vmid = place.kind === "node" ? {} : { vmid: place.vmid };
  const { method, path } = endpoint;
  const params = { node: place.node, ...vmid };
  return {
    step: { id, via: "rest", method, path, params, over, ...(note === undefined ? {} : { note }) },
    endpoint,
  };
}

const FILE_FIELDS = ["action", "path", "content", "expected", "mode", "maxBytes"] as const;

function kept<T extends object, K extends keyof T>(from: T, keys: readonly K[]): Pick<T, K> {
  const entries = keys.filter((key) => from[key] !== undefined).map((key) => [key, from[key]]);
  // Exactly the keys that are set are taken over.
  return Object.fromEntries(entries) as Pick<T, K>;
}

/**
 * In a VM what the agent is asked, whose rights are needed: files go through commands as well. Anywhere else Proxmox VE
 * asks for none.
 */
function endpointOf(step: ShellStep | FileStep, catalog: Catalog): Endpoint {
  const { place } = step;
  const isRead = step.via === "file" && step.action === "read";
  const method = isRead ? "GET" : "POST";
  const string = { type: "string" } as const;
  if (place.kind === "node") {
    return { path: "/nodes/{node}", method, name: step.via, parameters: { node: string } };
  }
  const known =
    place.kind === "qemu" ? catalog.endpoint("POST /nodes/{node}/qemu/{vmid}/agent/exec") : undefined;
  if (known !== undefined) return known;
  return {
    path: `/nodes/{node}/${place.kind}/{vmid}/${step.via}`,
    method,
    name: step.via,
    parameters: { node: string, vmid: { type: "integer" } },
  };
}

/** As whom something is done at a place. */
export function accountOf(
  place: Place,
  login: string | undefined,
  wantsRoot: boolean,
): Pick<ShellLine, "user" | "sudo"> {
  switch (place.kind) {
    case "qemu":
      return { user: "the guest agent's account", sudo: false };
    case "lxc":
      return { user: "root of the container", sudo: false };
    case "node":
      return { user: login ?? "root", sudo: wantsRoot && login !== undefined && login !== "root" };
  }
}

function checkCommand({ place, argv, stdin, timeoutMs, raw }: ShellStep): void {
  if (raw) checkRaw(place, argv[0] ?? "");
  if (argv.length === 0 || argv[0] === "") throw wrong("the command is empty", "Name a program.");
  if (argv.some((word) => word.includes("\0"))) {
    throw wrong("a command cannot hold NUL", "Put such data into a file, or give it as input.");
  }
  // Quotes count, as they do on the line that a login shell gets.
  const size = argv.reduce((sum, word) => sum + Buffer.byteLength(word.replaceAll("'", "'\\''")) + 3, 0);
  if (size > MOST_ARGUMENTS) {
    throw wrong(
      `the command has ${size} bytes, more than ${MOST_ARGUMENTS}`,
      stdin === undefined ? "Give a long script as input, or write it to a file." : "Write it to a file.",
    );
  }
  if (!Number.isSafeInteger(timeoutMs) || timeoutMs <= 0) throw wrong("its time is no whole number above 0");
}

/** Only what is known to be Proxmox VE's own, found by the PATH of root: no other program hides behind such a name. */
function checkRaw({ kind }: Place, program: string): void {
  const own = new Set(cliCommands().flatMap(({ family, daemon }) => (daemon ? [] : [family])));
  if (kind === "node" && own.has(program)) return;
  throw wrong(
    `${JSON.stringify(program.slice(0, 40))} is no program of Proxmox VE's own`,
    `Begin with one of ${[...own].join(", ")}.`,
  );
}

function checkFile({ place, action, path, content, mode }: FileStep): void {
  const isOfWindows = place.kind === "qemu" && /^[A-Za-z]:[\\/]/.test(path);
  if (!isAbsolute(path) && !isOfWindows) {
    throw wrong(`${JSON.stringify(path.slice(0, 80))} is no absolute path`, "Give it from the root on.");
  }
  if (path.includes("\0")) throw wrong("a path cannot hold NUL");
  if (path.split(/[\\/]/).includes("..")) {
    throw wrong("the path goes up by ..", "Give the path that is meant, without any ..");
  }
  if (action === "write") {
    if (content === undefined) throw wrong("there is nothing to write");
    refuseMasked(content);
  }
  if (mode !== undefined && (!Number.isSafeInteger(mode) || mode < 0 || mode > MODE)) {
    throw wrong("the mode is not one of permission bits", "Give it as an octal number such as 644.");
  }
}

/** What was read with its secrets masked would lose them when it is written back. */
function refuseMasked(content: FileContent): void {
  const isMasked = "text" in content ? content.text.includes(MASK) : content.isMasked === true;
  if (!isMasked) return;
  throw wrong(
    `the content holds ${MASK}, which stands for a secret that was masked when it was read`,
    `Change the file where it is, such as with sed, so that its secrets stay in place; content without ${MASK} can be written.`,
  );
}

function wrong(why: string, next = "Correct it and call again."): ToolError {
  return new ToolError({
    code: "invalid_input",
    message: `It cannot be done: ${why}. Nothing was changed.`,
    next,
  });
}
