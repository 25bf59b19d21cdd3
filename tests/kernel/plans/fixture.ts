import "reflect-metadata";
import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Plan, PlanStep } from "../../../kernel/call/types.ts";
import type { Logger } from "../../../kernel/log.ts";
import { StoredPlans } from "../../../kernel/plans/store.ts";
import type { PlanFacts } from "../../../kernel/plans/types.ts";
import { createRedactor } from "../../../kernel/secrets/redact.ts";
import type { StepParams } from "../../../sdk/steps.ts";
import { loadCatalog } from "../../../vendor/pve-docs/index.ts";

/** A folder for one test file's state. */
export function stateFolder(): string {
  return mkdtempSync(join(tmpdir(), "proxmox-mcp-plans-"));
}

/** Nothing was found out. */
export const NO_FACTS: PlanFacts = {
  fingerprint: [],
  privileges: [],
  blastRadius: { affected: [], unseen: [], clear: [] },
  undo: [],
  shown: [],
};

/** A store as the kernel makes it, and what it logged. */
export function storeIn(stateDir: string): { store: StoredPlans; log: string[] } {
  const log: string[] = [];
  const write = (message: string) => void log.push(message);
  const logger: Logger = { debug: write, info: write, warn: write, error: write };
  return { store: new StoredPlans({ stateDir }, createRedactor(["known-secret"]), logger), log };
}

/** One step of a plan, of the newest release's API. */
export async function stepOf(key: string, params: StepParams, id = "s1"): Promise<PlanStep> {
  const catalog = await loadCatalog();
  const endpoint = catalog.endpoint(key);
  if (endpoint === undefined) throw new Error(`no endpoint ${key}`);
  const { path, method } = endpoint;
  const risk = catalog.risk(endpoint, params);
  return {
    step: { id, via: "rest", method, path, params, risk },
    endpoint,
    shownPath: path.replaceAll(/\{([^}]+)\}/g, (_, name: string) => String(params[name])),
    risk,
    privileges: catalog.privileges(endpoint, params),
  };
}

/** A plan of these steps. */
export function planOf(steps: readonly PlanStep[], rest: Partial<Plan> = {}): Plan {
  return {
    tool: "test_tool",
    cluster: "pve",
    subject: "stdio",
    risk: "write",
    steps,
    targets: ["VM 100 (web1) on pve1"],
    guests: [],
    ...rest,
  };
}
