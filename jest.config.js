import { availableParallelism } from "node:os";

const PREBUNDLED = "<rootDir>/node_modules/.cache/proxmox-mcp/prebundled";

/** Tests run from the TypeScript sources; end-to-end tests use the built `dist/`. */
export default {
  testEnvironment: "node",
  testMatch: ["<rootDir>/tests/**/*.test.ts"],
  testPathIgnorePatterns: ["/node_modules/", "<rootDir>/tests/live/"],
  extensionsToTreatAsEsm: [".ts"],
  transform: {
    "\\.ts$": [
      "@swc/jest",
      {
        jsc: {
          parser: { syntax: "typescript", decorators: true },
          transform: { legacyDecorator: true },
          target: "es2023",
        },
        module: { type: "es6" },
      },
    ],
  },
  // Written by the build (.ci/prebundle.ts); every test file would load hundreds of modules otherwise.
  moduleNameMapper: {
    "^typebox$": `${PREBUNDLED}/typebox.mjs`,
    "^typebox/schema$": `${PREBUNDLED}/typebox-schema.mjs`,
  },
  modulePathIgnorePatterns: ["<rootDir>/build/", "<rootDir>/dist/"],
  testTimeout: 30_000,
  // End-to-end tests wait for processes most of the time: every core can be given more than one of them.
  maxWorkers: Math.ceil(availableParallelism() * 1.5),
};
