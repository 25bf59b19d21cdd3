import { describe, expect, test } from "@jest/globals";
import fc from "fast-check";
import { loadCatalog } from "../../../vendor/pve-docs/catalog.ts";

const catalog = loadCatalog("9.2");

function matched(method: string, path: string) {
  const match = catalog.match(method, path);
  return match === undefined ? undefined : [match.endpoint.path, match.pathParams];
}

describe("concrete paths", () => {
  test("fixed parts and placeholders", () => {
    expect(matched("GET", "/version")).toEqual(["/version", {}]);
    expect(matched("GET", "/nodes/pve1/qemu/100/config")).toEqual([
      "/nodes/{node}/qemu/{vmid}/config",
      { node: "pve1", vmid: "100" },
    ]);
    expect(matched("GET", "//nodes//pve1/status/")).toEqual(["/nodes/{node}/status", { node: "pve1" }]);
  });

  test("volumes and CIDRs take the rest of the path, encoded or not", () => {
    for (const volume of ["local:iso/x.iso", "local%3Aiso%2Fx.iso"]) {
      expect(matched("DELETE", `/nodes/pve1/storage/local/content/${volume}`)?.[1]).toEqual({
        node: "pve1",
        storage: "local",
        volume: "local:iso/x.iso",
      });
    }
    for (const cidr of ["10.0.0.0/8", "10.0.0.0%2F8"]) {
      expect(matched("GET", `/cluster/firewall/ipset/set1/${cidr}`)?.[1]).toEqual({
        name: "set1",
        cidr: "10.0.0.0/8",
      });
    }
  });

  test("an encoded slash elsewhere is a slash, as it is for the server", () => {
    expect(matched("GET", "/nodes/a%2Fqemu")).toEqual(["/nodes/{node}/qemu", { node: "a" }]);
    expect(matched("GET", "/nodes/a%2Fb/status")).toBeUndefined();
  });

  test("bad escapes stay as they are", () => {
    expect(matched("GET", "/nodes/100%/status")?.[1]).toEqual({ node: "100%" });
    expect(matched("GET", "/nodes/%zz/status")?.[1]).toEqual({ node: "%zz" });
  });

  test("unknown paths and methods match nothing, but a path may have other methods", () => {
    expect(catalog.match("GET", "/nope")).toBeUndefined();
    expect(catalog.match("DELETE", "/version")).toBeUndefined();
    expect(catalog.match("PATCH", "/version")).toBeUndefined();
    expect(catalog.match("GET", "/nodes/pve1/qemu/100/config/more")).toBeUndefined();
    expect(catalog.hasPath("/version")).toBe(true);
    expect(catalog.hasPath("/nope")).toBe(false);
  });

  test("every template is found again from any encoded values", () => {
    const value = fc
      .string({ minLength: 1, unit: "grapheme" })
      .filter((text) => !/[/\ud800-\udfff]/.test(text));
    fc.assert(
      fc.property(
        fc.constantFrom(...catalog.endpoints),
        fc.array(value, { minLength: 6, maxLength: 6 }),
        (endpoint, values) => {
          const given: Record<string, string> = {};
          const path = endpoint.path.replace(/\{([^}]+)\}/g, (_whole, name: string) => {
            given[name] = values[Object.keys(given).length] ?? "x";
            return encodeURIComponent(given[name] ?? "");
          });
          expect(matched(endpoint.method, path)).toEqual([endpoint.path, given]);
        },
      ),
    );
  });
});
