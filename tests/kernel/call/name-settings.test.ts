import { expect, test } from "@jest/globals";
import { namingSettings } from "../../../kernel/call/name-settings.ts";
import { ToolError } from "../../../sdk/errors.ts";
import { SETTINGS } from "./harness.ts";

const [first] = SETTINGS.clusters;
const clusters = first ? [first, { ...first, name: "lab", prefix: "PROXMOX_LAB_" }] : [];
const error = new ToolError({
  code: "unsupported",
  message: "no",
  next: "Set PROXMOX_USERNAME, or PROXMOX_MCP_ACCESS.",
  retry: true,
  details: { a: 1 },
});

test("advice names the variables of the cluster that the call was for", () => {
  expect(namingSettings(error, "lab", { clusters })).toMatchObject({
    code: "unsupported",
    message: "no",
    next: "Set PROXMOX_LAB_USERNAME, or PROXMOX_MCP_ACCESS.",
    retry: true,
    details: { a: 1 },
  });
});

test("it stays as it is for the only cluster, and before one is known", () => {
  expect(namingSettings(error, "pve", { clusters })).toBe(error);
  expect(namingSettings(error, undefined, { clusters })).toBe(error);
});
