import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";

/** A lab in a process of its own, so that it takes no time from what is measured. */
export interface LabProcess {
  /** The `PROXMOX_*` settings that it printed. */
  readonly env: Readonly<Record<string, string>>;
  close(): Promise<void>;
}

/** Starts `dist/main.js lab` and waits for its settings. */
export async function startLabProcess(main: string, options: readonly string[] = []): Promise<LabProcess> {
  const child = spawn(process.execPath, [main, "lab", ...options], { stdio: ["ignore", "pipe", "inherit"] });
  const env = await printedSettings(child);
  return {
    env,
    close: async () => {
      child.kill("SIGTERM");
      await once(child, "exit");
    },
  };
}

async function printedSettings(child: ChildProcess): Promise<Record<string, string>> {
  let text = "";
  for await (const part of child.stdout ?? []) {
    text += String(part);
    if (text.includes("PROXMOX_API_TOKEN_SECRET=") && text.endsWith("\n")) break;
  }
  return Object.fromEntries(
    [...text.matchAll(/^(PROXMOX_\w+)=(.*)$/gm)].map(([, name = "", value = ""]) => [name, value]),
  );
}
