import { describe, expect, test } from "@jest/globals";
import fc from "fast-check";
import { list, record, rest, text } from "../../../../sdk/index.ts";
import { from } from "../../../../sdk/steps.ts";
import { blankedResult, blanksOfResult } from "../../../../sdk/testing/mutation/blank-fields.ts";
import { mutatedPlan, mutationsOfPlan } from "../../../../sdk/testing/mutation/mutate-steps.ts";
import { type Mutation, nameOf } from "../../../../sdk/testing/mutation/mutation.ts";
import { sample } from "../../../../sdk/testing/mutation/sample.ts";

const CONFIG = "/nodes/{node}/qemu/{vmid}/config";
const plan = [
  rest.post("/nodes/{node}/qemu", { node: "pve1", vmid: 100, name: "web", onboot: true, cores: undefined }),
  rest.put(CONFIG, { node: "pve1", vmid: 100, delete: ["scsi1", "net0"] }),
  rest.put(CONFIG, { node: "pve1", vmid: 100, scsi0: from("s1", "/volid") }),
];

const mutation = (name: string): Mutation => {
  const found = mutationsOfPlan(plan).find((one) => nameOf(one) === name);
  if (found === undefined) throw new Error(`there is no ${name}`);
  return found;
};

describe("mutations of a plan", () => {
  test("leave out every step, drop and change every parameter that has a value", () => {
    expect(mutationsOfPlan(plan).map(nameOf)).toEqual([
      "POST /nodes/{node}/qemu left out",
      "POST /nodes/{node}/qemu with another node",
      "POST /nodes/{node}/qemu without vmid",
      "POST /nodes/{node}/qemu with another vmid",
      "POST /nodes/{node}/qemu without name",
      "POST /nodes/{node}/qemu with another name",
      "POST /nodes/{node}/qemu without onboot",
      "POST /nodes/{node}/qemu with another onboot",
      `PUT ${CONFIG} left out`,
      `PUT ${CONFIG} with another node`,
      `PUT ${CONFIG} with another vmid`,
      `PUT ${CONFIG} without delete`,
      `PUT ${CONFIG} with another delete`,
      `PUT ${CONFIG} (2) left out`,
      `PUT ${CONFIG} (2) with another node`,
      `PUT ${CONFIG} (2) with another vmid`,
      `PUT ${CONFIG} (2) without scsi0`,
    ]);
  });

  test.each([
    ["POST /nodes/{node}/qemu with another node", 0, { node: "pve2" }],
    ["POST /nodes/{node}/qemu with another vmid", 0, { vmid: 101 }],
    ["POST /nodes/{node}/qemu with another name", 0, { name: "webx" }],
    ["POST /nodes/{node}/qemu with another onboot", 0, { onboot: false }],
    [`PUT ${CONFIG} with another delete`, 1, { delete: ["scsi2", "net0"] }],
  ])("%s", (name, index, params) => {
    const faulty = mutatedPlan(plan, mutation(name));
    expect(faulty).toEqual(
      plan.map((step, at) => (at === index ? { ...step, params: { ...step.params, ...params } } : step)),
    );
  });

  test("a parameter is dropped from its own step alone", () => {
    const [, first, second] = mutatedPlan(plan, mutation(`PUT ${CONFIG} (2) without scsi0`));
    expect(first).toEqual(plan[1]);
    expect(second).toMatchObject({ params: { node: "pve1", vmid: 100 } });
    expect(second).not.toHaveProperty("params.scsi0");
  });

  test("each one changes the plan, whatever the values are", () => {
    const value = fc.oneof(fc.string(), fc.integer(), fc.boolean(), fc.array(fc.string(), { minLength: 1 }));
    fc.assert(
      fc.property(fc.dictionary(fc.stringMatching(/^[a-z]{1,5}$/), value, { minKeys: 1 }), (params) => {
        const steps = [rest.put("/nodes/pve1/config", params)];
        for (const one of mutationsOfPlan(steps)) expect(mutatedPlan(steps, one)).not.toEqual(steps);
      }),
    );
  });
});

describe("blanks of an answer", () => {
  const columns = [
    { key: "vmid", unit: "count" as const },
    { key: "name" },
    { key: "tags" },
    { key: "ha", optional: true as const },
  ];
  const rows = [
    { vmid: 100, name: "web", ha: "started", hidden: "x" },
    { vmid: 101, name: "db" },
  ];

  test("are the columns that are shown and say something", () => {
    const shown = list({ of: "VMs", columns, rows });
    expect(blanksOfResult(shown).map(nameOf)).toEqual(["vmid blank", "name blank"]);
    const asked = list({ of: "VMs", columns, rows, view: { fields: ["ha"] } });
    expect(blanksOfResult(asked).map(nameOf)).toEqual(["ha blank"]);
    expect(blankedResult(shown, { kind: "blank", field: "name" })).toEqual({
      ...shown,
      rows: rows.map((row) => ({ ...row, name: "" })),
    });
  });

  test("are the fields of a record that differ from their defaults, and keep their kind", () => {
    const fields = { vmid: 100, name: "", cores: 1, agent: true, config: { memory: 512 }, nets: ["net0"] };
    const answer = record({ title: "VM 100", fields, defaults: { cores: 1 } });
    const blanks = blanksOfResult(answer);
    expect(blanks.map(nameOf)).toEqual(["vmid blank", "agent blank", "config blank", "nets blank"]);
    const all = blanks.reduce(blankedResult, answer);
    expect(all).toMatchObject({
      fields: { vmid: 0, name: "", cores: 1, agent: false, config: {}, nets: [] },
    });
  });

  test("are all of a text", () => {
    const answer = text({ title: "Log", source: "task log", text: "TASK OK" });
    expect(blanksOfResult(answer)).toEqual([{ kind: "blank", field: "text" }]);
    expect(blankedResult(answer, { kind: "blank", field: "text" })).toMatchObject({ text: "" });
    expect(blankedResult(answer, { kind: "blank", field: "name" })).toBe(answer);
  });
});

describe("a sample", () => {
  const names = Array.from({ length: 40 }, (_, index) => `m${index}`);
  const take = (items: readonly string[], seed: string) => sample(items, 10, seed, (name) => name);

  test("is the same for the same seed, whatever the order of the items", () => {
    expect(take([...names].reverse(), "a")).toEqual(take(names, "a"));
    expect(take(names, "b")).not.toEqual(take(names, "a"));
  });

  test("changes by no more than an item that is added", () => {
    const before = take(names, "a");
    const after = take([...names, "new"], "a");
    expect(before.filter((name) => !after.includes(name)).length).toBeLessThanOrEqual(1);
  });
});
