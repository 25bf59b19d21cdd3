import type { LabCore } from "../types.ts";
import { extractConfig, vzdumpDefaults } from "./extract.ts";
import { listFiles } from "./file-restore.ts";
import { registerPrune } from "./prune.ts";
import { vzdump } from "./vzdump.ts";

/** Backups: making, looking into and pruning them. Restoring is how guests are created. */
export function registerBackups(lab: LabCore): void {
  lab.route("POST /nodes/{node}/vzdump", vzdump);
  lab.route("GET /nodes/{node}/vzdump/defaults", vzdumpDefaults);
  lab.route("GET /nodes/{node}/vzdump/extractconfig", extractConfig);
  lab.route("GET /nodes/{node}/storage/{storage}/file-restore/list", listFiles);
  registerPrune(lab);
}
