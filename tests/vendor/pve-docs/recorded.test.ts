import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "@jest/globals";
import { packageRoot } from "../../../vendor/package-root.ts";
import { loadCatalog } from "../../../vendor/pve-docs/catalog.ts";

/** Method, path, parameters besides the path's, and the `errors` that came back; none where the call was accepted. */
type RecordedCheck = readonly [
  string,
  string,
  Readonly<Record<string, unknown>>,
  Readonly<Record<string, string>>,
];

const catalog = loadCatalog("9.2");
const recorded: readonly RecordedCheck[] = JSON.parse(
  readFileSync(join(packageRoot(), "tests", "vendor", "pve-docs", "recorded-checks.json"), "utf8"),
);

/** What the schema check says; other faults come from the method's own code. */
const SCHEMA_FAULT =
  /^(?:property is missing and|property is not defined|type check|invalid format|value (?:must|may|does not match|'[^']*' does not have)|missing property required by)/;
/** Formats that are accepted unchecked, so that their faults are missed. */
const UNCHECKED = /calendar event|subnet/;

const calls = recorded.map(([method, path, params, errors]) => {
  const match = catalog.match(method, path);
  if (match === undefined) throw new Error(`No endpoint for ${method} ${path}`);
  const name = `${method} ${path} ${JSON.stringify(params)}`;
  return { name, endpoint: match.endpoint, params: { ...match.pathParams, ...params }, errors };
});

const faultsOf = ({ endpoint, params }: (typeof calls)[number]) =>
  Object.fromEntries(catalog.checkWire(endpoint, params).map(({ param, message }) => [param, message]));

describe("against recorded answers of Proxmox VE 9.2", () => {
  test("what was accepted is accepted, by both kinds of check", () => {
    const accepted = calls.filter(({ errors }) => Object.keys(errors).length === 0);
    expect(accepted.length).toBeGreaterThan(300);
    for (const call of accepted) {
      expect({ name: call.name, faults: faultsOf(call) }).toEqual({ name: call.name, faults: {} });
      expect(catalog.check(call.endpoint, call.params)).toEqual([]);
    }
  });

  test("faults of the schema come in Proxmox's own words", () => {
    const refused = calls.filter(
      ({ errors }) =>
        Object.values(errors).some((message) => SCHEMA_FAULT.test(message)) &&
        !UNCHECKED.test(JSON.stringify(errors)),
    );
    expect(refused.length).toBeGreaterThan(200);
    for (const call of refused) {
      // An unknown type also lacks what each of the types would need.
      const { resources: _resources, ...faults } = faultsOf(call);
      expect({ name: call.name, faults }).toEqual({ name: call.name, faults: call.errors });
    }
  });

  test("what only the method's code refuses passes the schema check", () => {
    const byCode = calls.filter(({ errors }) => {
      const messages = Object.values(errors);
      return messages.length > 0 && !messages.some((message) => SCHEMA_FAULT.test(message));
    });
    expect(byCode.length).toBeGreaterThan(40);
    for (const call of byCode)
      expect({ name: call.name, faults: faultsOf(call) }).toEqual({ name: call.name, faults: {} });
  });
});
