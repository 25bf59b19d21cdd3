import { ToolError } from "./errors.ts";
import type { PveReader } from "./reader.ts";
import type { ParamValue } from "./steps.ts";

/**
 * The wanted VMID when it is free, else the next free one where none is wanted. The API sees
 * all guests, also those that our account may not; a taken VMID fails with `conflict`. The tool's `uses`
 * name `GET /cluster/nextid`.
 */
export async function freeVmid(wanted: ParamValue, pve: PveReader): Promise<number> {
  if (wanted === undefined) return Number(await pve.get("/cluster/nextid"));
  try {
    return Number(await pve.get("/cluster/nextid", { vmid: wanted }));
  } catch (error) {
    if (!(error instanceof Error && /already exists/i.test(error.message))) throw error;
    throw new ToolError(
      {
        code: "conflict",
        message: `VMID ${String(wanted)} is in use.`,
        next: "Choose another one, or leave it out for the next free one.",
      },
      { cause: error },
    );
  }
}
