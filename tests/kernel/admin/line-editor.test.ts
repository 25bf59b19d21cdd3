import { describe, expect, test } from "@jest/globals";
import { LineEditor } from "../../../kernel/admin/line-editor.ts";

function typed(text: string) {
  let echo = "";
  const editor = new LineEditor((part) => {
    echo += part;
  });
  return { ...editor.take(text), typed: editor.typed, echo };
}

describe("a line at the terminal", () => {
  test("ends with Enter; what comes behind is for the next", () => {
    expect(typed("web1\rsecret")).toEqual({ state: "done", rest: "secret", typed: "web1", echo: "web1" });
    expect(typed("web1\n")).toMatchObject({ state: "done", rest: "" });
    expect(typed("web")).toMatchObject({ state: "open", typed: "web" });
  });

  test("is edited by backspace and Ctrl-U, whole characters at a time", () => {
    expect(typed("wä\u007feb😀\b1\r").typed).toBe("web1");
    expect(typed("wrong\u0015right\r")).toMatchObject({
      typed: "right",
      echo: `wrong${"\b \b".repeat(5)}right`,
    });
    expect(typed("\u007f\u0015x\r").typed).toBe("x");
  });

  test("is given up with Ctrl-C, and with Ctrl-D on nothing", () => {
    expect(typed("we\u0003b\r").state).toBe("gone");
    expect(typed("\u0004").state).toBe("gone");
    expect(typed("w\u0004eb\r")).toMatchObject({ state: "done", typed: "web" });
  });

  test("takes no other control characters", () => {
    expect(typed("a\u001b[Ab\tc\r").typed).toBe("a[Abc");
  });
});
