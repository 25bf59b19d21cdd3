/** Everything a plugin may import. */
export * from "./errors.ts";
export * from "./plugin.ts";
export * from "./reader.ts";
export * from "./results.ts";
export * from "./risk.ts";
export * from "./steps.ts";
export * from "./tool.ts";
