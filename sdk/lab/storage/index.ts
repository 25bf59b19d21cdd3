import type { LabCore } from "../types.ts";
import { registerContent } from "./content.ts";
import { registerDefinitions } from "./definitions.ts";
import { registerDiskWrites } from "./disk-writes.ts";
import { registerDisks } from "./disks.ts";
import { registerFiles } from "./register-files.ts";
import { registerScans } from "./scan.ts";
import { registerStatus } from "./status.ts";

/** Storages: their definitions, what nodes see of them, and their volumes. */
export function registerStorages(lab: LabCore): void {
  registerDefinitions(lab);
  registerStatus(lab);
  registerContent(lab);
  registerFiles(lab);
  registerScans(lab);
  registerDisks(lab);
  registerDiskWrites(lab);
}
