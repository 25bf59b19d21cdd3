#!/usr/bin/env node
import { parseArgs } from "node:util";
import { adminPaths } from "../settings/admin.ts";
import { SettingsError } from "../settings/errors.ts";
import { openTerminal, type Terminal } from "./terminal.ts";

const USAGE = `proxmox-mcp-admin: what the operator of proxmox-mcp does, not an agent

  proxmox-mcp-admin passphrase           set or change the passphrase of approvals
  proxmox-mcp-admin approve PLAN         show a plan and approve it
  proxmox-mcp-admin audit verify         check the chains of the audit log
  proxmox-mcp-admin audit show [filters] read the audit log
      --guest VMID|NAME  --tool PATTERN  --cluster NAME  --outcome WORD  --event WORD
      --since TIME  --until TIME (ISO 8601, or 30m, 12h, 7d ago)  --limit N

  --state-dir FOLDER   the server's PROXMOX_MCP_STATE_DIR, where that is set for the server alone
  --json               for audit: one JSON value a line

passphrase and approve speak with the terminal that they are started from, never with a pipe.
`;

const STRING = { type: "string" } as const;
const OPTIONS = {
  "state-dir": STRING,
  json: { type: "boolean" },
  help: { type: "boolean", short: "h" },
  ...{ guest: STRING, tool: STRING, cluster: STRING, outcome: STRING, event: STRING },
  ...{ since: STRING, until: STRING, limit: STRING },
} as const;

function usage(fault: string): number {
  process.stderr.write(`proxmox-mcp-admin: ${fault}\n\n${USAGE}`);
  return 2;
}

async function run(args: readonly string[]): Promise<number> {
  const { values, positionals } = parseArgs({ args: [...args], options: OPTIONS, allowPositionals: true });
  if (values.help === true) {
    process.stdout.write(USAGE);
    return 0;
  }
  const { "state-dir": folder, json = false, help: _help, ...filters } = values;
  const { stateDir, auditLogPath } = adminPaths(folder);
  const [command, what, ...more] = positionals;
  if (more.length > 0) return usage(`"${more[0]}" is too much`);
  switch (command) {
    case "passphrase": {
      if (what !== undefined)
        return usage("a passphrase is typed at the terminal, never given as an argument");
      const { setPassphrase } = await import("./passphrase.ts");
      return await atTerminal((terminal) => setPassphrase(stateDir, terminal));
    }
    case "approve": {
      if (what === undefined) return usage("approve takes the id of a plan");
      const { approve } = await import("./approve.ts");
      return await atTerminal((terminal) => approve(what, stateDir, terminal));
    }
    case "audit": {
      const { audit } = await import("./audit.ts");
      return (await audit(what, auditLogPath, { json, filters })) ?? usage("audit takes verify or show");
    }
    default:
      return usage(command === undefined ? "a command is missing" : `unknown command "${command}"`);
  }
}

async function atTerminal(talk: (terminal: Terminal) => Promise<number>): Promise<number> {
  const terminal = openTerminal();
  if (terminal === undefined) {
    process.stderr.write(
      "proxmox-mcp-admin: there is no controlling terminal (/dev/tty). A human has to start this at a terminal; pipes do not count.\n",
    );
    return 1;
  }
  try {
    return await talk(terminal);
  } finally {
    terminal.close();
  }
}

function isUsageFault(error: unknown): error is Error {
  return error instanceof Error && "code" in error && String(error.code).startsWith("ERR_PARSE_ARGS");
}

try {
  process.exitCode = await run(process.argv.slice(2));
} catch (error) {
  if (isUsageFault(error)) process.exitCode = usage(error.message);
  else if (error instanceof SettingsError || error instanceof RangeError) {
    process.stderr.write(`proxmox-mcp-admin: ${error.message}\n`);
    process.exitCode = 2;
  } else throw error;
}
