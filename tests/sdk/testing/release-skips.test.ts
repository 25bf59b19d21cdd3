import { describe, expect, test } from "@jest/globals";
import { declarationFaults } from "../../../sdk/testing/record.ts";
import { endpointOn, unknownUses, whyNotOn } from "../../../sdk/testing/release-skips.ts";
import { scenario } from "../../../sdk/testing/scenario.ts";
import { parseArguments } from "../../../sdk/testing/validate-arguments.ts";

const PCI = "GET /cluster/mapping/pci" as const;

describe("a tool on another release", () => {
  test("is told what that release lacks of what it always uses", () => {
    expect(whyNotOn("7.4", { uses: ["GET /nodes", PCI] })).toBe(`Proxmox VE 7.4 has no ${PCI}`);
    expect(whyNotOn("8.4", { uses: ["GET /nodes", PCI] })).toBeUndefined();
  });

  test("is told what that release takes from no token, which scenarios sign in with", () => {
    const tool = { uses: ["GET /access/tfa"] };
    expect(whyNotOn("7.4", tool)).toBe("Proxmox VE 7.4 takes GET /access/tfa from no API token");
    expect(whyNotOn("9.2", tool)).toBeUndefined();
  });

  test("is none the worse for what it can do without, or for a release that nobody knows", () => {
    expect(whyNotOn("7.4", { uses: ["GET /nodes", { use: PCI, optional: true }] })).toBeUndefined();
    expect(whyNotOn("6.4", { uses: [PCI] })).toBeUndefined();
  });
});

describe("a scenario on another release", () => {
  const tool = { uses: ["GET /nodes"] };

  test("is told what that release lacks of what it uses itself: an endpoint, or a parameter of one", () => {
    const uses = ["DELETE /pools", "PUT /pools/{poolid}?allow-move"];
    expect(whyNotOn("7.4", tool, { uses })).toBe(
      "Proxmox VE 7.4 has no DELETE /pools, has no PUT /pools/{poolid}?allow-move",
    );
    expect(whyNotOn("8.4", tool, { uses })).toBeUndefined();
    expect(whyNotOn("7.4", tool, {})).toBeUndefined();
  });

  test("cannot be skipped everywhere for a slip of the pen", () => {
    const uses = ["DELETE /pools", "DELETE /poolz", "PUT /pools?allow-moves"];
    expect(unknownUses({ uses })).toEqual(["DELETE /poolz", "PUT /pools?allow-moves"]);
    const one = scenario({ tool: "x_one", title: "works", uses, run: async () => undefined });
    expect(declarationFaults([one], ["x_one"])).toEqual([
      "x_one: works: no release of the API has DELETE /poolz",
      "x_one: works: no release of the API has PUT /pools?allow-moves",
    ]);
  });

  test("sees what differs in the endpoints of its cluster's version", () => {
    const resize = "PUT /nodes/{node}/qemu/{vmid}/resize";
    expect(endpointOn("7.4-16", resize)?.task).not.toBe(true);
    expect(endpointOn("9.2.11", resize)?.task).toBe(true);
    expect(endpointOn("7.4-16", "DELETE /pools")).toBeUndefined();
  });
});

test("releases and samples are taken only where they go together", () => {
  expect(parseArguments(["--pve", "8.4", "vm"])).toMatchObject({ pve: "8.4", plugins: ["vm"] });
  expect(parseArguments(["--least-privilege-sample", "3", "--seed", "s"])).toMatchObject({
    leastPrivilege: { part: { count: 3, seed: "s" } },
  });
  expect(parseArguments(["--pve", "7.4", "--sample", "3", "--seed", "s"])).toMatchObject({
    pve: "7.4",
    sample: { count: 3, seed: "s" },
  });
  for (const argv of [
    ["--sample", "3", "--check"],
    ["--sample", "3", "--mutate"],
    ["--sample", "none"],
    ["--pve", "6.4"],
    ["--pve", "8.4", "--mutate"],
    ["--least-privilege", "--mutate"],
    ["--least-privilege-sample", "0"],
  ])
    expect(parseArguments(argv)).toBeUndefined();
});
