/**
 * Measures the server and writes docs/benchmarks.md. Ratios are taken in one run on one machine. With `upload 10` it
 * measures only an upload of 10 GiB and writes nothing.
 */
import { mkdtempSync, rmSync } from "node:fs";
import { cpus, tmpdir, totalmem } from "node:os";
import { join } from "node:path";
import { packageRoot } from "../../vendor/package-root.ts";
import type { Figure } from "./figures.ts";
import { startLabProcess } from "./lab-process.ts";
import { largeFigures } from "./large.ts";
import { requestsFigure } from "./requests.ts";
import { writeSection } from "./sections.ts";
import { memoryFigure, startFigure } from "./start.ts";
import { labLatency, protocolFloor, throughputFigures } from "./throughput.ts";
import { transferFigure } from "./transfer.ts";
import { uploadFigure } from "./upload.ts";

const UPLOAD_GIB = 1;

const root = packageRoot();
const main = join(root, "dist/main.js");

async function measure(stateDir: string): Promise<Figure[]> {
  const lab = await startLabProcess(main, ["--seed", "500"]);
  try {
    const env = { PATH: process.env.PATH ?? "", ...lab.env, PROXMOX_MCP_STATE_DIR: stateDir };
    return [
      await startFigure(root, main, env),
      await memoryFigure(main, env),
      await labLatency(env),
      ...(await throughputFigures(root, main, env)),
      await protocolFloor(main, env),
      await requestsFigure(main, stateDir),
      ...(await largeFigures(main, stateDir)),
      await uploadFigure(main, stateDir, UPLOAD_GIB),
      await transferFigure(root, "node"),
      await transferFigure(root, "container"),
    ];
  } finally {
    await lab.close();
  }
}

function page(figures: readonly Figure[]): string {
  const machine = `Node ${process.versions.node}, ${cpus().length} cores (${cpus()[0]?.model.trim()}), ${Math.round(totalmem() / 2 ** 30)} GB`;
  const rows = figures.map(
    ({ what, measured, against, ratio, goal, met }) =>
      `| ${what} | ${measured} | ${against} | ${ratio === undefined ? "" : ratio.toFixed(2)} | ${goal} | ${met ? "met" : "**missed**"} |`,
  );
  return `Written by \`npm run bench\`. Compare ratios: both sides were measured in the same run, in alternating
rounds, on the same machine (${machine}). Medians throughout; the lab runs in a process of its own.

| what | measured | compared with | ratio | goal | |
| --- | --- | --- | --- | --- | --- |
${rows.join("\n")}
`;
}

const stateDir = mkdtempSync(join(tmpdir(), "proxmox-mcp-bench-"));
const [only, gib = ""] = process.argv.slice(2);
try {
  const alone = only === "upload" ? [await uploadFigure(main, stateDir, Number(gib))] : undefined;
  const text = page(alone ?? (await measure(stateDir)));
  if (alone === undefined) writeSection(join(root, "docs/benchmarks.md"), "bench", text);
  process.stdout.write(text);
} finally {
  rmSync(stateDir, { recursive: true, force: true });
}
