import { describe, expect, test } from "@jest/globals";
import { factsFromApidoc } from "../../../vendor/pve-docs/apidoc.ts";
import { loadCatalog, releases } from "../../../vendor/pve-docs/catalog.ts";
import type { ApiFacts } from "../../../vendor/pve-docs/facts.ts";

const BACK: Readonly<Record<string, string>> = {
  defaultKey: "default_key",
  typeProperty: "type-property",
  instanceTypes: "instance-types",
};
const UNSAID = new Set(["indexed", "maxIndex", "task", "codeChecks"]);

/** The way upstream writes it: 1 and 0 for booleans, its own names, prose added. */
function upstream(value: unknown): unknown {
  if (typeof value === "boolean") return value ? 1 : 0;
  if (Array.isArray(value)) return value.map(upstream);
  if (typeof value !== "object" || value === null) return value;
  const entries = Object.entries(value).filter(([key]) => !UNSAID.has(key));
  return Object.fromEntries(entries.map(([key, inner]) => [BACK[key] ?? key, upstream(inner)]));
}

/** Facts as the script of the API viewer, one node a path, prose and viewer code included. */
function scriptOf({ endpoints }: ApiFacts): string {
  const nodes = new Map<string, Record<string, unknown>>();
  for (const { path, method, parameters, additionalProperties, ...rest } of endpoints) {
    const info = nodes.get(path) ?? {};
    const closed =
      additionalProperties === undefined ? {} : { additionalProperties: additionalProperties ? 1 : 0 };
    const said = upstream(rest);
    info[method] = {
      description: 'Says ] and " in its prose.',
      ...(said as object),
      parameters: { ...closed, properties: upstream(parameters) },
    };
    nodes.set(path, info);
  }
  const leaves = [...nodes].map(([path, info]) => ({ path, text: path.split("/").at(-1), leaf: 1, info }));
  const tree = [{ path: "/", text: "", leaf: 0, children: leaves }];
  return `const apiSchema = ${JSON.stringify(tree)}\n;\n\nlet viewer = [1, 2];\n`;
}

describe.each(releases())("facts of %s", (release) => {
  const { endpoints } = loadCatalog(release);
  const facts: ApiFacts = { pveVersion: "x", source: "", endpoints };

  test("come back from the form that upstream publishes", () => {
    const again = factsFromApidoc(scriptOf(facts), facts, "x");
    expect(again.endpoints).toEqual(endpoints);
  });
});

describe("reading apidoc.js", () => {
  const none: ApiFacts = { pveVersion: "", source: "", endpoints: [] };
  const script = (info: object, path = "/x") => `var pveapi = ${JSON.stringify([{ path, info }])};`;

  test("drops prose, keeps bounds as numbers and short defaults", () => {
    const info = {
      POST: {
        name: "make",
        description: "Makes it.",
        parameters: {
          additionalProperties: 0,
          properties: {
            size: {
              type: "integer",
              minimum: "1",
              description: "d",
              typetext: "<integer>",
              optional: 1,
              default: 4,
            },
            mode: { type: "string", default: "whatever the storage says is best for it" },
            "net[n]": { type: "string", optional: 1, format: { model: { default_key: 1, type: "string" } } },
          },
        },
        permissions: { description: "Needs this.", check: ["perm", "/", ["Sys.Audit"]] },
        protected: 1,
        proxyto: null,
        returns: { type: "string", description: "d" },
      },
    };
    expect(factsFromApidoc(script(info), none, "9.9").endpoints).toEqual([
      {
        path: "/x",
        method: "POST",
        name: "make",
        parameters: {
          mode: { type: "string" },
          "net[n]": {
            type: "string",
            optional: true,
            format: { model: { defaultKey: 1, type: "string" } },
            indexed: true,
          },
          size: { type: "integer", optional: true, minimum: 1, default: 4 },
        },
        additionalProperties: false,
        returns: { type: "string" },
        permissions: { check: ["perm", "/", ["Sys.Audit"]] },
        protected: true,
        allowtoken: true,
      },
    ]);
  });

  test("a script without a schema, or with half of one, is refused", () => {
    expect(() => factsFromApidoc("let a = [];", none, "9.9")).toThrow("no API schema");
    expect(() => factsFromApidoc('const apiSchema = [{"path":"/"', none, "9.9")).toThrow("does not end");
  });
});
