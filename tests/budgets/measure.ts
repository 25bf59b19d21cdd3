import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Client } from "@modelcontextprotocol/sdk/client/index.js";
import { getDefaultEnvironment, StdioClientTransport } from "@modelcontextprotocol/sdk/client/stdio.js";
import { encode } from "gpt-tokenizer/encoding/o200k_base";

/** Tokens of a value as a model gets it: as JSON, or a text as it is. */
export function tokensOf(value: unknown): number {
  return encode(typeof value === "string" ? value : JSON.stringify(value)).length;
}

/** All tools that the server lists with all access, as they go over the wire. No cluster is needed for that. */
export async function listedTools(main: string): Promise<readonly { readonly name: string }[]> {
  const stateDir = mkdtempSync(join(tmpdir(), "proxmox-mcp-budgets-"));
  const client = new Client({ name: "budgets", version: "1" });
  const env = {
    ...getDefaultEnvironment(),
    PROXMOX_HOST: "127.0.0.1",
    PROXMOX_API_PORT: "1",
    PROXMOX_API_TOKEN_USER: "root",
    PROXMOX_API_TOKEN_REALM: "pam",
    PROXMOX_API_TOKEN_ID: "budgets",
    PROXMOX_API_TOKEN_SECRET: "00000000-0000-0000-0000-000000000000",
    PROXMOX_MCP_ACCESS: "escape",
    PROXMOX_MCP_MIN_VALIDATION: "experimental",
    PROXMOX_MCP_STATE_DIR: stateDir,
  };
  try {
    await client.connect(
      new StdioClientTransport({ command: process.execPath, args: [main], env, stderr: "ignore" }),
    );
    return (await client.listTools()).tools;
  } finally {
    await client.close();
    rmSync(stateDir, { recursive: true, force: true });
  }
}
