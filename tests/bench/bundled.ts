import { join } from "node:path";
import { build } from "esbuild";

/** Bundles a server of this folder, by its file's name, the way the build bundles ours; answers its path. */
export async function bundled(root: string, server: string): Promise<string> {
  const outfile = join(root, `build/bench/${server}.js`);
  await build({
    entryPoints: [join(root, `build/tests/bench/${server}.js`)],
    outfile,
    bundle: true,
    format: "esm",
    platform: "node",
    target: "node20.18",
    minify: true,
    keepNames: true,
    banner: {
      js: 'import { createRequire as __r } from "node:module";const require = __r(import.meta.url);',
    },
  });
  return outfile;
}
