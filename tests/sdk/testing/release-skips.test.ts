import { describe, expect, test } from "@jest/globals";
import { whyNotOn } from "../../../sdk/testing/release-skips.ts";
import { parseArguments } from "../../../sdk/testing/validate-arguments.ts";

const PCI = "GET /cluster/mapping/pci" as const;

describe("a tool on another release", () => {
  test("is told what that release lacks of what it always uses", () => {
    expect(whyNotOn("7.4", { uses: ["GET /nodes", PCI] })).toBe(`Proxmox VE 7.4 has no ${PCI}`);
    expect(whyNotOn("8.4", { uses: ["GET /nodes", PCI] })).toBeUndefined();
  });

  test("is none the worse for what it can do without, or for a release that nobody knows", () => {
    expect(whyNotOn("7.4", { uses: ["GET /nodes", { use: PCI, optional: true }] })).toBeUndefined();
    expect(whyNotOn("6.4", { uses: [PCI] })).toBeUndefined();
  });
});

test("releases and samples are taken only where they go together", () => {
  expect(parseArguments(["--pve", "8.4", "vm"])).toMatchObject({ pve: "8.4", plugins: ["vm"] });
  expect(parseArguments(["--least-privilege-sample", "3", "--seed", "s"])).toMatchObject({
    leastPrivilege: { part: { count: 3, seed: "s" } },
  });
  for (const argv of [
    ["--pve", "6.4"],
    ["--pve", "8.4", "--mutate"],
    ["--least-privilege", "--mutate"],
    ["--least-privilege-sample", "0"],
  ])
    expect(parseArguments(argv)).toBeUndefined();
});
