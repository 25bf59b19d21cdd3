import { describe, expect, test } from "@jest/globals";
import { cliRun } from "../../../plugins/escape-hatches/cli-run.ts";
import { codeOf, fakeNode, fakeReader, fakeVm, stepsOf } from "../../helpers/fake-reader.ts";

const reader = fakeReader({
  guests: [fakeVm({ vmid: 100, node: "pve2" })],
  nodes: [fakeNode("pve1"), fakeNode("pve2")],
});

describe("proxmox_cli_run", () => {
  test("runs what is about a guest on the guest's node", async () => {
    const steps = await stepsOf(cliRun, { command: " qm  set ", params: { vmid: 100, cores: 2 } }, reader);
    expect(steps).toEqual([{ via: "cli", node: "pve2", command: "qm set", params: { vmid: 100, cores: 2 } }]);
  });

  test("runs anything else where it is told", async () => {
    const steps = await stepsOf(cliRun, { command: "pvesm status", node: "pve1" }, reader);
    expect(steps).toMatchObject([{ node: "pve1", command: "pvesm status", params: {} }]);
    const made = { command: "qm create", node: "pve1", params: { vmid: 500 } };
    expect(await stepsOf(cliRun, made, reader)).toMatchObject([{ node: "pve1" }]);
  });

  test("is refused without a node, and on another node than the guest's", async () => {
    expect(await codeOf(stepsOf(cliRun, { command: "pvesm status" }, reader))).toBe("invalid_input");
    const elsewhere = { command: "qm set", node: "pve1", params: { vmid: 100 } };
    expect(await codeOf(stepsOf(cliRun, elsewhere, reader))).toBe("conflict");
  });
});
