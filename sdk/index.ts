/** Everything a plugin may import. */
export { type Static, type TProperties, type TSchema, type TUnsafe, Type } from "typebox";
export * from "./catalog.ts";
export * from "./details.ts";
export * from "./errors.ts";
export * from "./featured.ts";
export * from "./free-vmid.ts";
export * from "./from-api.ts";
export * from "./guest-columns.ts";
export * from "./inputs.ts";
export * from "./listing.ts";
export * from "./plugin.ts";
export * from "./reader.ts";
export * from "./result-schemas.ts";
export * from "./results.ts";
export * from "./risk.ts";
export * from "./steps.ts";
export * from "./tool.ts";
export * from "./unseen.ts";
