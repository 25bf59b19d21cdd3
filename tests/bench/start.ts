import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { bundled } from "./bundled.ts";
import { type Figure, median, shown } from "./figures.ts";

const INITIALIZE = {
  jsonrpc: "2.0",
  id: 1,
  method: "initialize",
  params: {
    protocolVersion: "2025-11-25",
    capabilities: {},
    clientInfo: { name: "bench", version: "1" },
  },
};
const LIST = { jsonrpc: "2.0", id: 2, method: "tools/list" };
const RUNS = 21;

/** Milliseconds from spawning the process to its `initialize` answer. */
async function timeToInitialize(script: string, env: NodeJS.ProcessEnv): Promise<number> {
  const begun = performance.now();
  const child = launch(script, env);
  await request(child, INITIALIZE);
  const taken = performance.now() - begun;
  child.stdin?.end();
  await once(child, "exit");
  return taken;
}

function launch(script: string, env: NodeJS.ProcessEnv): ChildProcess {
  return spawn(process.execPath, [script], { env, stdio: ["pipe", "pipe", "ignore"] });
}

async function request(child: ChildProcess, message: { id: number }): Promise<void> {
  const answered = new Promise<void>((resolve) => {
    let text = "";
    const listen = (chunk: Buffer) => {
      text += chunk.toString("utf8");
      if (!text.includes(`"id":${message.id}`) || !text.endsWith("\n")) return;
      child.stdout?.off("data", listen);
      resolve();
    };
    child.stdout?.on("data", listen);
  });
  child.stdin?.write(`${JSON.stringify(message)}\n`);
  await answered;
}

/** Start of our server, all plugins, beside the bare one; runs alternate so that both see the same machine. */
export async function startFigure(root: string, ours: string, env: NodeJS.ProcessEnv): Promise<Figure> {
  const bare = await bundled(root, "bare-server");
  const times = { ours: [] as number[], bare: [] as number[] };
  for (let run = 0; run < RUNS; run++) {
    times.bare.push(await timeToInitialize(bare, env));
    times.ours.push(await timeToInitialize(ours, env));
  }
  const ratio = median(times.ours) / median(times.bare);
  return {
    what: "Cold start to the `initialize` answer, all plugins",
    measured: `${shown(median(times.ours))} ms`,
    against: `bare SDK server, bundled the same way: ${shown(median(times.bare))} ms`,
    ratio,
    goal: "≤ 1.3 times",
    met: ratio <= 1.3,
  };
}

/** Resident memory after the start and one `tools/list`; needs Linux's /proc. */
export async function memoryFigure(ours: string, env: NodeJS.ProcessEnv): Promise<Figure> {
  const child = launch(ours, env);
  await request(child, INITIALIZE);
  child.stdin?.write('{"jsonrpc":"2.0","method":"notifications/initialized"}\n');
  await request(child, LIST);
  const status = readFileSync(`/proc/${child.pid}/status`, "utf8");
  const megabytes = Number(/VmRSS:\s+(\d+)/.exec(status)?.[1]) / 1024;
  child.stdin?.end();
  await once(child, "exit");
  return {
    what: "Resident memory after start and `tools/list`",
    measured: `${shown(megabytes, 1)} MB`,
    against: "",
    goal: "≤ 70 MB",
    met: megabytes <= 70,
  };
}
