import "reflect-metadata";
import { tmpdir } from "node:os";
import { compose } from "../../kernel/compose.ts";
import type { KernelTool } from "../../kernel/host/types.ts";
import { loadSettings } from "../../kernel/settings/load.ts";

/** Settings that reach nothing: the kernel is wired with them, and never started. */
const NOWHERE = {
  PROXMOX_HOST: "127.0.0.1",
  PROXMOX_API_TOKEN_USER: "root",
  PROXMOX_API_TOKEN_REALM: "pam",
  PROXMOX_API_TOKEN_ID: "docs",
  PROXMOX_API_TOKEN_SECRET: "00000000-0000-0000-0000-000000000000",
  PROXMOX_MCP_STATE_DIR: tmpdir(),
};

/** The tools of the kernel itself, with the default settings. */
export function kernelTools(): readonly KernelTool[] {
  return compose(loadSettings(NOWHERE).settings, "0.0.0").kernelTools;
}
