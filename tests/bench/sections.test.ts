import { describe, expect, test } from "@jest/globals";
import { withSection } from "./sections.ts";

describe("sections of a page", () => {
  test("replaces its own part and leaves the others", () => {
    const both = withSection(withSection("# Page\n", "one", "first"), "two", "second");
    const changed = withSection(both, "one", "new");
    expect(changed).toContain("<!-- begin one -->\nnew\n<!-- end one -->");
    expect(changed).toContain("<!-- begin two -->\nsecond\n<!-- end two -->");
    expect(changed).not.toContain("first");
    expect(changed.startsWith("# Page\n")).toBe(true);
  });

  test("writes the same page for the same text", () => {
    const once = withSection("# Page\n", "one", "text\n");
    expect(withSection(once, "one", "text")).toBe(once);
  });
});
