import type { PveReader } from "../../sdk/index.ts";
import type { Archive } from "./archives.ts";

/** Where the configuration in a backup is read; for `uses`. */
export const EXTRACT = "GET /nodes/{node}/vzdump/extractconfig";

/** The configuration that a backup holds. */
export interface ArchiveConfig {
  /** Options by name; those of snapshots are left out. */
  readonly options: Readonly<Record<string, string>>;
  /** Drives that the backup holds the content of, as its own header says. */
  readonly drives: readonly string[];
}

/** Reads and takes apart the configuration in a backup. */
export async function configOf({ volid, node }: Archive, pve: PveReader): Promise<ArchiveConfig> {
  return parseConfig(await pve.get<string>("/nodes/{node}/vzdump/extractconfig", { node, volume: volid }));
}

const DRIVE = /^#qmdump#map:([a-z]+\d+):/;
const OPTION = /^([A-Za-z][\w.-]*):\s*(.*)$/;

/** A guest's configuration file as text; a section in brackets begins a snapshot or pending changes. */
export function parseConfig(text: string): ArchiveConfig {
  const lines = text.split("\n");
  const end = lines.findIndex((line) => /^\[.*\]\s*$/.test(line));
  const head = end < 0 ? lines : lines.slice(0, end);
  const options: Record<string, string> = {};
  const described: string[] = [];
  for (const line of head) {
    const [, name, value] = OPTION.exec(line) ?? [];
    if (name !== undefined && value !== undefined) options[name] = value.trim();
    else if (line.startsWith("#") && !/^#(?:qm|vz)dump#/.test(line)) described.push(decoded(line.slice(1)));
  }
  const drives = lines.flatMap((line) => DRIVE.exec(line)?.[1] ?? []);
  return {
    options: described.length === 0 ? options : { ...options, description: described.join("\n") },
    drives,
  };
}

/** Lines of a description are URI-encoded in part; what is no such code stays. */
function decoded(line: string): string {
  try {
    return decodeURIComponent(line);
  } catch {
    return line;
  }
}
