import type { Plugin } from "esbuild";

const STAND_IN = `export class AjvJsonSchemaValidator {
  getValidator() {
    throw new Error("no schema compiler is bundled: pass jsonSchemaValidator to the Server");
  }
}`;

/**
 * Leaves ajv out of the server's bundle. The MCP SDK's Server imports it only as the default of an
 * option that kernel/mcp/server.ts always sets; parsing it took a tenth of the start-up time.
 * The SDK's Client, which the author kit uses, keeps it.
 */
export const serverWithoutAjv: Plugin = {
  name: "server-without-ajv",
  setup({ onResolve, onLoad }) {
    onResolve({ filter: /\/ajv-provider\.js$/ }, ({ importer }) =>
      /[\\/]sdk[\\/]dist[\\/]esm[\\/]server[\\/]/.test(importer)
        ? { path: "ajv-provider", namespace: "stand-in", sideEffects: false }
        : undefined,
    );
    onLoad({ filter: /.*/, namespace: "stand-in" }, () => ({ contents: STAND_IN, loader: "js" }));
  },
};
