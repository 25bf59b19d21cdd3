import { expect, test } from "@jest/globals";
import { privilegeFaults } from "../../../../sdk/testing/privileges/exceptions.ts";
import type { Probe } from "../../../../sdk/testing/privileges/least-run.ts";

const probe = (tool: string, fault?: string): Probe => ({ tool, form: "VM.Audit on /vms/{vmid}", fault });

test("tells what is not refused and no exception, and exceptions that are refused by now", () => {
  const exceptions = { "a: VM.Audit on /vms/{vmid}": "it is not needed", "b: VM.Audit on /vms/{vmid}": "so" };
  const probes = [
    probe("a", "VM.Audit on /vms/1: works"),
    probe("b"),
    probe("c", "VM.Audit on /vms/1: works"),
  ];
  const found = "c: without VM.Audit on /vms/1: works";
  expect(privilegeFaults(exceptions, probes, false)).toEqual([found]);
  expect(privilegeFaults(exceptions, probes, true)).toEqual([
    found,
    "b: VM.Audit on /vms/{vmid}: it is refused by now; take it off the list of exceptions",
  ]);
});
