import { describe, expect, test } from "@jest/globals";
import fc from "fast-check";
import { elicitationSchema, humanAnswer } from "../../../kernel/mcp/elicitation.ts";

const box = { message: "Stop VM 100?" };
const typed = { message: "Destroy VM 100?", typed: "web1" };

describe("a human's answer", () => {
  test("the ticked box is a yes, the unticked one a no", () => {
    expect(humanAnswer(box, { action: "accept", content: { confirm: true } })).toBe("accepted");
    expect(humanAnswer(box, { action: "accept", content: { confirm: false } })).toBe("declined");
    expect(humanAnswer(box, { action: "accept" })).toBe("declined");
  });

  test("a typed name must match", () => {
    expect(humanAnswer(typed, { action: "accept", content: { confirm: " web1 " } })).toBe("accepted");
    expect(humanAnswer(typed, { action: "accept", content: { confirm: "web2" } })).toBe("declined");
    expect(humanAnswer(typed, { action: "accept", content: { confirm: true } })).toBe("declined");
  });

  test("declining and closing the dialogue are told apart, neither is a yes", () => {
    expect(humanAnswer(box, { action: "decline", content: { confirm: true } })).toBe("declined");
    expect(humanAnswer(box, { action: "cancel", content: { confirm: true } })).toBe("absent");
  });

  test("nothing but an explicit yes agrees", () => {
    fc.assert(
      fc.property(fc.string(), fc.anything(), (action, confirm) => {
        const answer = humanAnswer(box, { action, content: { confirm } });
        if (answer === "accepted") expect([action, confirm]).toEqual(["accept", true]);
      }),
    );
  });

  test("the form asks for what is expected", () => {
    expect(elicitationSchema(typed).properties.confirm).toEqual({
      type: "string",
      title: "Type web1 to confirm",
    });
    expect(elicitationSchema(box).properties.confirm).toMatchObject({ type: "boolean", default: false });
  });
});
