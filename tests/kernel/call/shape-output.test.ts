import { expect, test } from "@jest/globals";
import { outputLines } from "../../../kernel/call/shape-output.ts";

test("an output of which a part was dropped says so, before what there is of it", () => {
  const part = { name: "stdout", size: 16_777_216, text: "the end", isEnd: true, truncated: true } as const;
  const [exit, head] = outputLines([
    { id: "s1", output: { place: "in VM 101", exitCode: 0, parts: [part] } },
  ]);
  expect(exit).toBe("s1 exit: 0");
  expect(head).toMatch(/16777216 bytes; the guest agent dropped what was written after that; its end/);
  const whole = { name: "stdout", size: 3, text: "all" } as const;
  const lines = outputLines([{ id: "s1", output: { place: "in VM 101", exitCode: 0, parts: [whole] } }]);
  expect(lines.join("\n")).not.toMatch(/dropped/);
});
