/** `npm run mcp`: one request to the server over stdio, as an MCP client sends it, without an editor. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline/promises";
import { openLabTarget } from "../../sdk/testing/lab-target.ts";
import {
  type HumanReply,
  type HumanRequest,
  type ListedToolInfo,
  McpSession,
} from "../../sdk/testing/mcp-client.ts";
import { packageRoot } from "../../vendor/package-root.ts";

const USAGE = `npm run mcp -- list [--json]            tools as a client sees them
npm run mcp -- schema TOOL              input schema of a tool
npm run mcp -- call TOOL ['{"a": 1}']   call a tool

Without PROXMOX_HOST the built-in lab is started for the length of the call.
`;

class UsageError extends Error {}

async function main(argv: readonly string[], env: NodeJS.ProcessEnv): Promise<number> {
  const request = parse(argv);
  const stateDir = mkdtempSync(join(tmpdir(), "proxmox-mcp-"));
  const lab = env.PROXMOX_HOST === undefined ? await openLabTarget() : undefined;
  if (lab !== undefined) process.stderr.write("No PROXMOX_HOST: using the built-in lab.\n");
  try {
    const session = await McpSession.start(
      {
        command: process.execPath,
        args: [join(packageRoot(), "dist/main.js")],
        env: {
          ...(lab === undefined ? {} : { ...lab.env, PROXMOX_MCP_STATE_DIR: stateDir }),
          ...proxmoxSettings(env),
        },
      },
      askOnTerminal,
    );
    try {
      return await request(session);
    } finally {
      process.stderr.write(session.stderr());
      await session.close();
    }
  } finally {
    await lab?.close();
    rmSync(stateDir, { recursive: true, force: true });
  }
}

function proxmoxSettings(env: NodeJS.ProcessEnv): Record<string, string> {
  const pass = /^(PROXMOX_|XDG_STATE_HOME$)/;
  return Object.fromEntries(
    Object.entries(env).flatMap(([name, value]) =>
      pass.test(name) && value !== undefined ? [[name, value]] : [],
    ),
  );
}

type Request = (session: McpSession) => Promise<number>;

function parse(argv: readonly string[]): Request {
  const [verb, tool, text = "{}"] = argv;
  if (verb === "list") return (session) => list(session, argv.includes("--json"));
  if (verb === "schema" && tool !== undefined) return (session) => schema(session, tool);
  if (verb === "call" && tool !== undefined) {
    const args = parseArguments(text);
    return (session) => call(session, tool, args);
  }
  throw new UsageError(USAGE);
}

function parseArguments(text: string): Record<string, unknown> {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    throw new UsageError(`The arguments are no JSON: ${error instanceof Error ? error.message : error}\n`);
  }
  if (typeof value !== "object" || value === null || Array.isArray(value))
    throw new UsageError('The arguments must be a JSON object, such as {"vmid": 100}.\n');
  return { ...value };
}

function hint(tool: ListedToolInfo): string {
  if (tool.annotations?.readOnlyHint) return "reads";
  return tool.annotations?.destructiveHint ? "may destroy" : "changes";
}

async function list(session: McpSession, asJson: boolean): Promise<number> {
  const tools = await session.tools();
  if (asJson) process.stdout.write(`${JSON.stringify(tools, null, 2)}\n`);
  else for (const tool of tools) process.stdout.write(`${tool.name}  (${hint(tool)})  ${tool.title ?? ""}\n`);
  return 0;
}

async function schema(session: McpSession, name: string): Promise<number> {
  const tool = (await session.tools()).find((one) => one.name === name);
  if (tool === undefined) throw new UsageError(`No tool ${name} is listed; see: npm run mcp -- list\n`);
  process.stdout.write(`${tool.description ?? ""}\n${JSON.stringify(tool.inputSchema, null, 2)}\n`);
  return 0;
}

async function call(session: McpSession, tool: string, args: Record<string, unknown>): Promise<number> {
  const answer = await session.call(tool, args, (message) => process.stderr.write(`… ${message}\n`));
  process.stdout.write(`${answer.text}\n`);
  return answer.isError ? 1 : 0;
}

async function askOnTerminal(request: HumanRequest): Promise<HumanReply> {
  if (!process.stdin.isTTY) return false;
  const terminal = createInterface({ input: process.stdin, output: process.stderr });
  try {
    const answer = await terminal.question(`\n${request.message}\n${request.wantsText ? "> " : "[yes/no] "}`);
    return request.wantsText ? answer : answer.trim().toLowerCase() === "yes";
  } finally {
    terminal.close();
  }
}

try {
  process.exitCode = await main(process.argv.slice(2), process.env);
} catch (error) {
  process.stderr.write(error instanceof Error ? `${error.message}\n` : `${error}\n`);
  process.exitCode = error instanceof UsageError ? 2 : 1;
}
