/** `npm run demo`: a real MCP client tours the server on the built-in lab, and says what happens. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { openLabTarget } from "../../sdk/testing/lab-target.ts";
import { type HumanRequest, McpSession } from "../../sdk/testing/mcp-client.ts";
import type { ToolAnswer } from "../../sdk/testing/scenario.ts";
import { packageRoot } from "../../vendor/package-root.ts";
import { answer, chapter, human, note, question } from "./screen.ts";

const TEMPLATE = 900;
const COPY = 120;

/** Calls a tool, shows call and answer, and fails the demo where the outcome is another than expected. */
async function show(
  session: McpSession,
  tool: string,
  args: Readonly<Record<string, unknown>>,
  expected: "answer" | "declined" = "answer",
): Promise<ToolAnswer> {
  question(tool, args);
  const result = await session.call(tool, args, (line) => note(line));
  answer(result.text, result.isError);
  const asExpected = expected === "answer" ? !result.isError : result.code === expected;
  if (!asExpected) throw new Error(`${tool} should have ended with: ${expected}`);
  return result;
}

function jobOf(result: ToolAnswer): string {
  const id = /^job: (\S+)/m.exec(result.text)?.[1];
  if (id === undefined) throw new Error("the answer names no job");
  return id;
}

async function tour(session: McpSession): Promise<void> {
  chapter("The cluster at a glance");
  await show(session, "proxmox_inventory_overview", {});

  chapter("A dry run: exactly what a clone would do, nothing changed");
  const clone = { vmid: TEMPLATE, newid: COPY, name: "demo-web" };
  await show(session, "proxmox_vm_clone", { ...clone, dryRun: true });

  chapter("The clone itself: the job is followed to its end");
  await show(session, "proxmox_vm_clone", clone);

  chapter("A change of its configuration, first as a plan with before and after");
  const change = { vmid: "demo-web", cores: 4, description: "made by the demo" };
  await show(session, "proxmox_vm_update_config", { ...change, dryRun: true });
  await show(session, "proxmox_vm_update_config", change);

  chapter("Started without waiting, then followed by its job");
  const started = await show(session, "proxmox_vm_action", {
    vmid: COPY,
    action: "start",
    waitMode: "deferred",
  });
  const job = { job: jobOf(started) };
  await show(session, "job_wait", job);
  await show(session, "job_logs", job);

  chapter("A destructive call: a human is asked, and says no");
  await show(session, "proxmox_vm_destroy", { vmid: "scratch" }, "declined");
  await show(session, "proxmox_vm_get", { vmid: "scratch" });
}

function decline(request: HumanRequest): false {
  human(request.message, "no");
  return false;
}

const stateDir = mkdtempSync(join(tmpdir(), "proxmox-mcp-demo-"));
const lab = await openLabTarget();
try {
  const session = await McpSession.start(
    {
      command: process.execPath,
      args: [join(packageRoot(), "dist/main.js")],
      env: { ...lab.env, PROXMOX_MCP_ACCESS: "destructive", PROXMOX_MCP_STATE_DIR: stateDir },
    },
    decline,
  );
  try {
    await tour(session);
    chapter("That was it");
    note("Every call above is in the audit log, in a hash chain; README.md says how to go on.");
  } finally {
    await session.close();
  }
} finally {
  await lab.close();
  rmSync(stateDir, { recursive: true, force: true });
}
