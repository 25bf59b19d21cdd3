#!/usr/bin/env node
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { setFlagsFromString } from "node:v8";
import { packageRoot } from "../vendor/package-root.ts";

const USAGE = `proxmox-mcp: MCP server for Proxmox VE

  proxmox-mcp                     serve one MCP client over stdin and stdout
  proxmox-mcp lab [options]       run a simulated Proxmox VE cluster and print the settings to use it
  proxmox-mcp validate [PLUGIN]   run the scenarios of plugins, on a simulated or a real cluster, and write their evidence
  proxmox-mcp --version | --help

Settings come from the environment: at least PROXMOX_HOST and an API token
(PROXMOX_API_TOKEN_USER, _REALM, _ID, _SECRET). All of them: docs/settings.md.
`;

/** Version of this package. */
function packageVersion(): string {
  const manifest: unknown = JSON.parse(readFileSync(join(packageRoot(), "package.json"), "utf8"));
  const known = typeof manifest === "object" && manifest !== null && "version" in manifest;
  return known ? String(manifest.version) : "unknown";
}

// Each command is loaded only when it is asked for: the server must start fast, the lab is large.
async function run(argv: readonly string[]): Promise<number> {
  const [command, ...rest] = argv;
  switch (command) {
    case undefined:
      // Loading makes much short-lived data once. Letting the young generation grow for that would
      // hold some 12 MB for good; calls do as well with its first size.
      setFlagsFromString("--semi-space-growth-factor=1");
      return (await import("./serve.ts")).serve(packageVersion());
    case "lab":
      return (await import("../sdk/lab/index.ts")).runLab(rest);
    case "validate": {
      const { environmentVariables } = await import("./settings/environment.ts");
      const { runValidate } = await import("../sdk/testing/index.ts");
      return runValidate(rest, { environment: environmentVariables() });
    }
    case "--version":
      process.stdout.write(`${packageVersion()}\n`);
      return 0;
    case "--help":
    case "-h":
      process.stdout.write(USAGE);
      return 0;
    default:
      process.stderr.write(`proxmox-mcp: unknown command "${command}"\n\n${USAGE}`);
      return 2;
  }
}

process.exitCode = await run(process.argv.slice(2));
