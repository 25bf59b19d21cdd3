import { describe, expect, test } from "@jest/globals";
import { shapeResult } from "../../../kernel/call/shape.ts";
import { createRedactor } from "../../../kernel/secrets/redact.ts";
import { details } from "../../../sdk/details.ts";

const vm = details([
  { key: "name" },
  { key: "lock" },
  { key: "mem", unit: "bytes" },
  { key: "config", type: "object" },
]);
const parts = {
  title: "VM 100",
  fields: { name: "web", lock: "", mem: 0, config: { cores: 1, onboot: 0, tags: "", memory: "2048" } },
  defaults: { mem: 0, config: { cores: 1, onboot: false, memory: "512" } },
};

function textOf(fields?: readonly string[]): string {
  return shapeResult(vm.record(parts, { fields }), createRedactor([])).text;
}

describe("a record", () => {
  test("leaves out what is empty or a default, however it is written", () => {
    expect(textOf()).toBe("VM 100\nname: web\nconfig:\n  memory: 2048");
  });

  test("shows what is asked for, in that order, defaults and empty ones too", () => {
    expect(textOf(["mem", "config.cores", "lock"])).toBe(
      "VM 100\nmem: 0 B\nconfig:\n  cores: 1\nlock: (none)",
    );
  });

  test("finds a field inside a group by its own name", () => {
    expect(textOf(["onboot", "memory"])).toBe("VM 100\nconfig:\n  onboot: 0\n  memory: 2048");
  });

  test("says of what it does not know that it is not there", () => {
    expect(textOf(["nonsense", "__proto__"])).toBe("VM 100\nnonsense: (none)\n__proto__: (none)");
  });
});
