import { isAbsolute, join } from "node:path/posix";
import { ToolError } from "../../sdk/errors.ts";
import { type SnippetPlace, snippetVolid } from "../../sdk/snippet-steps.ts";

/** Types of storage whose volumes are files below a path. (pve-storage, src/PVE/Storage/) */
const FILE_TYPES: ReadonlySet<unknown> = new Set(["dir", "btrfs", "nfs", "cifs", "cephfs", "glusterfs"]);
const LONGEST_NAME = 200;

type Definition = Readonly<Record<string, unknown>>;

/**
 * The path of a snippet by the definition of its storage as Proxmox VE tells it. Throws ToolError where the storage
 * holds no files, does not take snippets, is disabled, or is not on the node.
 */
export function snippetPath(definition: Definition, { node, storage, name }: SnippetPlace): string {
  const { type, path, content, disable, nodes } = definition;
  if (!FILE_TYPES.has(type) || typeof path !== "string" || !isCanonical(path) || !isAbsolute(path)) {
    throw new ToolError({
      code: "unsupported",
      message: `Storage ${storage} is of type ${String(type)} and has no files of its own, so no snippets either.`,
      next: `Choose a storage of one of the types ${[...FILE_TYPES].join(", ")}.`,
    });
  }
  if (!listed(content).includes("snippets")) {
    throw new ToolError({
      code: "conflict",
      message: `Storage ${storage} does not take snippets: its content is ${String(content)}.`,
      next: "Have snippets added to its content; nothing does that by itself.",
    });
  }
  if (disable === true || disable === 1 || disable === "1") {
    throw new ToolError({
      code: "conflict",
      message: `Storage ${storage} is disabled.`,
      next: "Have it enabled, or choose another one.",
    });
  }
  const allowed = listed(nodes);
  if (allowed.length > 0 && !allowed.includes(node)) {
    throw new ToolError({
      code: "invalid_input",
      message: `Storage ${storage} is not on node ${node}.`,
      next: `It is on ${allowed.join(", ")}.`,
    });
  }
  return join(path, folderOf(definition, storage), name);
}

/** Refuses what is no plain file name and, for a file that is to be written, what no guest could refer to. */
export function checkSnippetName(place: SnippetPlace, action: "read" | "write" | "remove"): void {
  const { name } = place;
  const isPlain = !/[/\p{Cc}]/u.test(name) && name !== "" && name !== "." && name !== "..";
  // Lists of Proxmox VE leave hidden files out; a guest's options separate volumes by commas.
  const isUsable = /^[!-~]+$/.test(name) && !/^\.|,/.test(name);
  const isShort = Buffer.byteLength(name) <= LONGEST_NAME;
  if (isPlain && isShort && (isUsable || action !== "write")) return;
  throw new ToolError({
    code: "invalid_input",
    message: `${JSON.stringify(snippetVolid(place).slice(0, 300))} is no snippet that can be ${action === "write" ? "written" : "meant"}.`,
    next: `Give a plain file name of at most ${LONGEST_NAME} printable characters, without slash, comma or space, that does not begin with a dot.`,
  });
}

/** Told as an object by the API, as a list in the configuration file. */
function folderOf({ "content-dirs": dirs }: Definition, storage: string): string {
  const own =
    typeof dirs === "object" && dirs !== null
      ? Reflect.get(dirs, "snippets")
      : listed(dirs)
          .find((entry) => entry.startsWith("snippets="))
          ?.slice("snippets=".length);
  if (own === undefined) return "snippets";
  if (typeof own === "string" && isCanonical(own)) return own;
  throw new ToolError({
    code: "unsupported",
    message: `Storage ${storage} keeps its snippets in ${JSON.stringify(own)}, which is no folder below its path.`,
    next: "Have content-dirs of the storage corrected.",
  });
}

function isCanonical(path: string): boolean {
  return path !== "" && !path.includes("\0") && !path.split("/").includes("..");
}

function listed(value: unknown): readonly string[] {
  return typeof value === "string" ? value.split(/[,; ]+/).filter((part) => part !== "") : [];
}
