/** Bundles the compiled sources in build/ into the shipped dist/: the entry, the SDK, one file a plugin. */
import { chmodSync, existsSync, mkdirSync, readdirSync, renameSync, rmSync } from "node:fs";
import { join } from "node:path";
import { build } from "esbuild";
import { writeManifests } from "../sdk/plugin-files/write-manifests.ts";
import { copyDeclarations } from "./declarations.ts";
import { prebundle } from "./prebundle.ts";
import { serverWithoutAjv } from "./without-ajv.ts";

const root = process.cwd();
const compiled = join(root, "build");
const dist = join(root, "dist");
const cache = join(root, "node_modules/.cache/proxmox-mcp");
/** Where everything is made ready, so that a server that runs from `dist/` meanwhile finds what it loads later. */
const fresh = join(cache, `dist-${process.pid}`);

/** Bundled CommonJS packages call `require` for Node's own modules. */
const banner = [
  'import { createRequire as __createRequire } from "node:module";',
  "const require = __createRequire(import.meta.url);",
].join("");

function entryPoints(): Record<string, string> {
  const plugins = readdirSync(join(compiled, "plugins")).filter((id) =>
    existsSync(join(compiled, "plugins", id, "plugin.js")),
  );
  return {
    main: join(compiled, "kernel/main.js"),
    admin: join(compiled, "kernel/admin/main.js"),
    "sdk/index": join(compiled, "sdk/index.js"),
    "sdk/testing/index": join(compiled, "sdk/testing/index.js"),
    ...Object.fromEntries(
      ["preload", "entry-hook", "mutated-plugin"].map((name) => [
        `sdk/testing/mutation/${name}`,
        join(compiled, `sdk/testing/mutation/${name}.js`),
      ]),
    ),
    "sdk/lab/index": join(compiled, "sdk/lab/index.js"),
    "sdk/plugin-files/sdk-link-hook": join(compiled, "sdk/plugin-files/sdk-link-hook.js"),
    ...Object.fromEntries(
      plugins.flatMap((id) =>
        ["plugin", "scenarios"].map((name) => [
          `plugins/${id}/${name}`,
          join(compiled, "plugins", id, `${name}.js`),
        ]),
      ),
    ),
  };
}

async function bundle(): Promise<void> {
  await build({
    entryPoints: entryPoints(),
    outdir: fresh,
    bundle: true,
    splitting: true,
    format: "esm",
    platform: "node",
    target: "node20.18",
    minify: true,
    keepNames: true,
    legalComments: "none",
    chunkNames: "chunks/[name]-[hash]",
    banner: { js: banner },
    // ssh2 asks for these, and does without where they are not there; nobody should have to build them.
    external: ["cpu-features", "*.node"],
    // Its WebAssembly is inline, but asks for a folder that modules of our kind do not know.
    define: { __dirname: '""' },
    plugins: [serverWithoutAjv],
    logLevel: "warning",
  });
}

/** Puts what was made in place of what was there; parts that did not change keep their names. */
function swap(): void {
  const old = join(cache, `old-dist-${process.pid}`);
  if (existsSync(dist)) renameSync(dist, old);
  renameSync(fresh, dist);
  rmSync(old, { recursive: true, force: true });
}

mkdirSync(cache, { recursive: true });
try {
  await bundle();
  for (const command of ["main.js", "admin.js"]) chmodSync(join(fresh, command), 0o755);
  await writeManifests(root, fresh);
  copyDeclarations(compiled, join(fresh, "types"), ["sdk", "vendor"]);
  swap();
} finally {
  rmSync(fresh, { recursive: true, force: true });
}
await prebundle(root);
