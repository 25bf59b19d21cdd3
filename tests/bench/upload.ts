import { rmSync, truncateSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { StdioClientTransport } from "@modelcontextprotocol/sdk/client/stdio.js";
import { peakMemory } from "../helpers/peak-memory.ts";
import { type Figure, shown } from "./figures.ts";
import { startLabProcess } from "./lab-process.ts";
import { connect } from "./throughput.ts";

const MOST_MB = 150;
const LONGEST_MS = 60 * 60_000;

/** Most memory of a server that uploads a file of this size, sparse on disk; needs Linux's /proc. */
export async function uploadFigure(main: string, stateDir: string, gib: number): Promise<Figure> {
  const path = join(stateDir, "large.iso");
  writeFileSync(path, "an image");
  truncateSync(path, gib * 2 ** 30);
  const lab = await startLabProcess(main);
  try {
    const client = await connect(main, {
      ...{ PATH: process.env.PATH ?? "", ...lab.env, PROXMOX_MCP_STATE_DIR: stateDir },
      ...{ PROXMOX_MCP_ACCESS: "write", PROXMOX_MCP_MIN_VALIDATION: "experimental" },
      PROXMOX_MCP_UPLOAD_DIRS: stateDir,
    });
    const place = { storage: "local", node: "pve1", content: "iso", filename: "large.iso" };
    const { content, isError } = await client.callTool(
      {
        name: "proxmox_storage_upload",
        arguments: { ...place, path, waitMode: "wait", timeoutMs: LONGEST_MS },
      },
      undefined,
      { timeout: LONGEST_MS },
    );
    if (isError === true) throw new Error(JSON.stringify(content));
    const { transport } = client;
    const pid = transport instanceof StdioClientTransport ? transport.pid : undefined;
    if (typeof pid !== "number") throw new Error("the server has no process");
    const megabytes = peakMemory(pid) / 2 ** 20;
    await client.close();
    return {
      what: `Most resident memory while ${gib} GiB are uploaded`,
      measured: `${shown(megabytes, 1)} MB`,
      against: "",
      goal: `≤ ${MOST_MB} MB`,
      met: megabytes <= MOST_MB,
    };
  } finally {
    await lab.close();
    rmSync(path);
  }
}
