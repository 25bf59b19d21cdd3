import type { CliCommand } from "../../../vendor/pve-docs/index.ts";
import type { Caller } from "../access/types.ts";
import type { WireValue } from "../frame/params.ts";
import type { Pipeline } from "../frame/pipeline.ts";
import type { LabCore } from "../types.ts";
import { readCommand } from "./arguments.ts";

/** What a command left behind. */
export interface LabCommandResult {
  readonly stdout: string;
  readonly stderr: string;
  readonly exitCode: number;
}

/** The cluster that commands act on. */
export interface LabNodeShell {
  readonly lab: LabCore;
  readonly pipeline: Pipeline;
}

const ROOT: Caller = { id: "root@pam", user: "root@pam", token: undefined };
const UPID = /^UPID:\S+:$/;

/**
 * Runs a command of Proxmox VE's tools as root on a node of the lab, by the API method behind it. How tools print
 * and exit was observed on Proxmox VE 9.2.
 */
export async function runLabCommand(
  { lab, pipeline }: LabNodeShell,
  node: string,
  argv: readonly string[],
): Promise<LabCommandResult> {
  const [program = ""] = argv;
  const read = readCommand(argv, node);
  if (read === undefined) return failed(127, `sh: 1: exec: ${program}: not found\n`);
  const { command, params } = read;
  const call = callOf(command, params, node);
  if (call === undefined) return failed(255, `${command.command} is not simulated\n`);
  const outcome = await pipeline.run(lab, { ...call, caller: ROOT, byToken: false });
  const { fault } = outcome;
  if (fault !== undefined) {
    const details = Object.entries(fault.errors ?? {}).map(([name, why]) => `${name}: ${why}\n`);
    const code = fault.status === 501 ? 1 : command.verb === undefined ? 255 : 2;
    return failed(code, `${fault.message}\n${details.join("")}`);
  }
  const { data } = outcome;
  if (typeof data === "string" && UPID.test(data) && call.method !== "GET")
    return await printTask(lab, command, data);
  return { stdout: printed(command, data), stderr: "", exitCode: 0 };
}

interface Call {
  readonly method: string;
  readonly path: string;
  readonly params: Map<string, WireValue>;
}

function callOf(command: CliCommand, params: Map<string, WireValue>, node: string): Call | undefined {
  if (command.verb !== undefined) {
    const path = String(params.get("api_path") ?? "");
    for (const name of ["api_path", "output-format", "noproxy"]) params.delete(name);
    return { method: command.verb, path, params };
  }
  const [method = "", template] = command.endpoint?.split(" ") ?? [];
  if (template === undefined) return undefined;
  const path = template.replaceAll(/\{([^}]+)\}/g, (_, name: string) => {
    const value = params.get(name) ?? (name === "node" ? node : "");
    params.delete(name);
    return encodeURIComponent(String(value));
  });
  return { method, path, params };
}

/** `pvesh` follows its task, prints the log and the UPID in quotes, and ends well even where the task failed. */
async function printTask(lab: LabCore, command: CliCommand, upid: string): Promise<LabCommandResult> {
  const isPvesh = command.verb !== undefined;
  if (!isPvesh && !command.waits) return { stdout: `${upid}\n`, stderr: "", exitCode: 0 };
  const exitstatus = await lab.tasks.ended(upid);
  const isGood = exitstatus === "OK" || exitstatus.startsWith("WARNINGS:");
  const log = (lab.tasks.get(upid)?.log ?? []).filter((line) => !line.startsWith("TASK "));
  const lines = isPvesh ? [...log, JSON.stringify(upid)] : log;
  return {
    stdout: lines.map((line) => `${line}\n`).join(""),
    stderr: isGood ? "" : `${exitstatus}\n`,
    exitCode: isGood || isPvesh ? 0 : 255,
  };
}

function printed(command: CliCommand, data: unknown): string {
  if (data === null || data === undefined) return "";
  if (command.verb !== undefined) return `${JSON.stringify(data)}\n`;
  if (typeof data !== "object") return `${String(data)}\n`;
  return Object.entries(data)
    .map(([name, value]) => `${name}: ${typeof value === "object" ? JSON.stringify(value) : String(value)}\n`)
    .join("");
}

function failed(exitCode: number, stderr: string): LabCommandResult {
  return { stdout: "", stderr, exitCode };
}
