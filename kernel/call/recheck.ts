import { ToolError } from "../../sdk/errors.ts";
import type { ClusterAccess } from "../tokens.ts";
import { readConfig } from "./config-files.ts";
import { changedByOthers, changedKeys } from "./digests.ts";
import type { ConfigFile, Plan } from "./types.ts";
import { fromUpstream } from "./upstream-errors.ts";

/**
 * Looks at the targets again after a human took time to decide: throws `conflict`
 * where a guest is no longer the one, or where it was, that the plan was made for, or a
 * config file has changed.
 */
export async function recheck(plan: Plan, access: ClusterAccess, signal: AbortSignal): Promise<void> {
  await Promise.all([recheckGuests(plan, access, signal), recheckConfigs(plan, access, signal)]);
}

async function recheckGuests(plan: Plan, access: ClusterAccess, signal: AbortSignal): Promise<void> {
  if (plan.guests.length === 0) return;
  const { guests } = await inventory(access, signal);
  for (const planned of plan.guests) {
    const now = guests.find(({ vmid }) => vmid === planned.vmid);
    if (now?.node === planned.node && now.name === planned.name && now.kind === planned.kind) continue;
    const what =
      now === undefined
        ? "is gone"
        : `is now ${now.kind === "lxc" ? "container" : "VM"} ${now.vmid} (${now.name}) on ${now.node}`;
    throw new ToolError({
      code: "conflict",
      message: `Guest ${planned.vmid} (${planned.name}) on ${planned.node} ${what} since it was confirmed. Nothing was changed.`,
      next: "Look at the guest again and repeat the call if the change is still wanted.",
      retry: true,
    });
  }
}

async function inventory(access: ClusterAccess, signal: AbortSignal) {
  try {
    return await access.inventory.read({ fresh: true, signal });
  } catch (error) {
    throw fromUpstream(error, { what: "Reading the inventory", signal });
  }
}

async function recheckConfigs(plan: Plan, access: ClusterAccess, signal: AbortSignal): Promise<void> {
  const files = new Set(plan.steps.map(({ config }) => config).filter((file) => file !== undefined));
  await Promise.all([...files].map((file) => recheckConfig(file, plan.tool, access, signal)));
}

async function recheckConfig(
  file: ConfigFile,
  tool: string,
  access: ClusterAccess,
  signal: AbortSignal,
): Promise<void> {
  const now = await readConfig(access, file, signal);
  if (now.digest === file.digest) return;
  const keys = changedKeys(file.values, now).filter((key) => key !== "digest");
  throw changedByOthers(file, keys, tool);
}
