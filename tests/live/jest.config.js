import base from "../../jest.config.js";

/** Tests on a real cluster, never part of the usual run. */
export default {
  ...base,
  rootDir: "../..",
  testMatch: ["<rootDir>/tests/live/**/*.test.ts"],
  testPathIgnorePatterns: ["/node_modules/"],
};
