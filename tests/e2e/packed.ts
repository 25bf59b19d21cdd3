/** The package as users get it: packed, unpacked elsewhere, with nothing installed beside it. */
import { execFile } from "node:child_process";
import { readdirSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";

const run = promisify(execFile);

/** Packs this checkout's built package and unpacks it into the folder; answers the package's folder. */
export async function unpackInto(folder: string): Promise<string> {
  const npm = process.platform === "win32" ? "npm.cmd" : "npm";
  await run(npm, ["pack", "--silent", "--ignore-scripts", "--pack-destination", folder], {
    shell: process.platform === "win32",
  });
  const [tarball] = readdirSync(folder).filter((name) => name.endsWith(".tgz"));
  if (tarball === undefined) throw new Error("npm pack made no tarball");
  await run("tar", ["-xzf", tarball], { cwd: folder });
  return join(folder, "package");
}

/** What a command answered when it had ended. */
export interface Ended {
  readonly code: number;
  /** Both streams. */
  readonly text: string;
}

/** Runs the packed command to its end, without any setting. */
export async function runPacked(main: string, ...args: string[]): Promise<Ended> {
  try {
    const { stdout, stderr } = await run(process.execPath, [main, ...args], { timeout: 60_000 });
    return { code: 0, text: stdout + stderr };
  } catch (error) {
    const {
      code = 1,
      stdout = "",
      stderr = "",
    } = error as { code?: number; stdout?: string; stderr?: string };
    return { code, text: stdout + stderr };
  }
}
