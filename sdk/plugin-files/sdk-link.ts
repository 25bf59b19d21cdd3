import { register } from "node:module";
import { pathToFileURL } from "node:url";
import { type CodeLayout, codeFile } from "./layout.ts";
import type { SdkLinks } from "./sdk-link-hook.ts";

let linked = false;

/**
 * Lets private plugins import `proxmox-mcp/sdk` without having it installed: where their
 * folder cannot resolve it, they get this program's own copy. Does nothing the second time.
 */
export function linkSdk(layout: CodeLayout): void {
  // Sources run only under the test runner, which resolves modules itself and takes no hooks.
  if (linked || layout.kind === "source") return;
  linked = true;
  const url = (module: string) => pathToFileURL(codeFile(layout, module)).href;
  const links: SdkLinks = {
    "proxmox-mcp/sdk": url("sdk/index.js"),
    "proxmox-mcp/sdk/testing": url("sdk/testing/index.js"),
    "proxmox-mcp/sdk/lab": url("sdk/lab/index.js"),
  };
  register(url("sdk/plugin-files/sdk-link-hook.js"), { data: links });
}
