import { type PveReader, type StorageSummary, ToolError } from "../../sdk/index.ts";

/**
 * Fails where a backup cannot go to the storage: the API takes any name for a job, and a run of it fails
 * only at night.
 */
export async function needBackupStorage(
  wanted: string,
  pve: PveReader,
  nodes: readonly string[] = [],
): Promise<void> {
  const all = (await pve.inventory()).storages;
  const own = all.filter(({ storage }) => storage === wanted);
  if (own.length === 0) throw unknownStorage(wanted, all);
  if (!own.some(({ content }) => content.includes("backup"))) {
    throw new ToolError({
      code: "invalid_input",
      message: `Storage ${wanted} does not take backups; its content is ${own[0]?.content.join(", ") || "none"}.`,
      next: `Give another one: ${backupStorages(all)}.`,
    });
  }
  const lacking = nodes.filter((node) => !own.some((one) => one.node === node));
  if (lacking.length === 0) return;
  throw new ToolError({
    code: "invalid_input",
    message: `Storage ${wanted} is not there on ${lacking.join(", ")}.`,
    next: "Choose a storage that all nodes of these guests have.",
  });
}

/** `not_found`, naming the storages that hold backups. */
export function unknownStorage(wanted: string, all: readonly StorageSummary[]): ToolError {
  return new ToolError({
    code: "not_found",
    message: `There is no storage ${wanted} that this account may see.`,
    next: `Storages for backups: ${backupStorages(all)}. One is seen with Datastore.Audit on /storage/${wanted}.`,
  });
}

function backupStorages(all: readonly StorageSummary[]): string {
  const names = all.filter(({ content }) => content.includes("backup")).map(({ storage }) => storage);
  return [...new Set(names)].join(", ") || "none";
}
