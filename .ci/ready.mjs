/**
 * Makes a fresh clone ready: installs what package-lock.json names and builds.
 * Plain JavaScript without dependencies, because it runs before there are any.
 */
import { execFileSync } from "node:child_process";
import { existsSync, statSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const root = join(dirname(fileURLToPath(import.meta.url)), "..");
const installed = join(root, "node_modules", ".package-lock.json");

function npm(...args) {
  // npm is a .cmd file on Windows, which only a shell can start; the arguments are fixed words.
  const windows = process.platform === "win32";
  execFileSync(windows ? "npm.cmd" : "npm", args, { cwd: root, stdio: ["ignore", 2, 2], shell: windows });
}

const upToDate =
  existsSync(installed) && statSync(installed).mtimeMs >= statSync(join(root, "package-lock.json")).mtimeMs;
if (!upToDate) {
  console.error("Installing dependencies …");
  npm("ci", "--no-audit", "--no-fund", "--loglevel=error");
}
console.error("Building …");
npm("run", "--silent", "build");
