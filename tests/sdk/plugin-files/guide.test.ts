import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "@jest/globals";
import { readPrivateManifest } from "../../../sdk/plugin-files/private-manifest.ts";
import { packageRoot } from "../../../vendor/package-root.ts";

const docs = join(packageRoot(), "docs");
const example = join(docs, "examples", "hello-plugin");

describe("the guide to private plugins", () => {
  const guide = readFileSync(join(docs, "private-plugins.md"), "utf8");
  const files = readdirSync(example).filter((name) => name !== "evidence.json");

  test.each(files)("shows %s as it is", (name) => {
    expect(guide).toContain(readFileSync(join(example, name), "utf8"));
  });

  test("has an example with a good manifest", () => {
    expect(readPrivateManifest(example)).toMatchObject({ id: "hello", prefix: "hello" });
  });
});
