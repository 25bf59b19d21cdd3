import { describe, expect, test } from "@jest/globals";
import {
  catalogFor,
  compareReleases,
  loadCatalog,
  newestRelease,
  releaseFor,
  releases,
  sinceRelease,
} from "../../../vendor/pve-docs/catalog.ts";
import { NAMED_FORMATS, namedFormat } from "../../../vendor/pve-docs/formats/index.ts";
import { uncheckedFormats } from "../../../vendor/pve-docs/formats/unchecked.ts";
import type { ParamSchema } from "../../../vendor/pve-docs/types.ts";

describe("releases", () => {
  test("are known in order, and loaded once", () => {
    expect(releases()).toEqual(expect.arrayContaining(["7.4", "8.4", "9.2"]));
    expect(releases()).toEqual(releases().toSorted(compareReleases));
    expect(newestRelease()).toBe("9.2");
    expect(loadCatalog("9.2")).toBe(loadCatalog());
    expect(() => loadCatalog("6.4")).toThrow("8.4, 9.2");
    expect(compareReleases("9.10", "9.2")).toBeGreaterThan(0);
  });

  test.each([
    ["9.2.11", "9.2"],
    ["9.5.1", "9.2"],
    ["9.0.3", "9.2"],
    ["8.4.5", "8.4"],
    ["8.1.4", "8.4"],
    ["7.4-16", "7.4"],
    ["7.1-2", "7.4"],
    ["6.4-13", "9.2"],
    ["10.0", "9.2"],
    ["garbage", "9.2"],
  ])("%s is served best by %s", (version, release) => {
    expect(releaseFor(version)).toBe(release);
    expect(catalogFor(version).release).toBe(release);
  });

  test("since when there is an endpoint or a parameter", () => {
    expect(sinceRelease("GET /version")).toBe(releases()[0]);
    expect(sinceRelease("GET /cluster/ha/rules")).toBe("9.2");
    expect(sinceRelease("GET /cluster/mapping/pci")).toBe("8.4");
    expect(sinceRelease("GET /nope")).toBeUndefined();
    expect(sinceRelease("POST /nodes/{node}/qemu", "net0")).toBe(releases()[0]);
    expect(sinceRelease("POST /nodes/{node}/qemu", "intel-tdx")).toBe("9.2");
    expect(sinceRelease("POST /nodes/{node}/qemu", "nope")).toBeUndefined();
  });
});

describe("endpoints", () => {
  test("are the same object each time, alone and in the list", () => {
    const catalog = loadCatalog("9.2");
    expect(catalog.endpoint("GET /version")).toBe(catalog.endpoints.find(({ path }) => path === "/version"));
    expect(catalog.endpoint("GET /nope")).toBeUndefined();
  });
});

describe("named formats", () => {
  test("those of the facts are either written, with their origin, or listed as unchecked", () => {
    for (const { origin } of Object.values(NAMED_FORMATS)) expect(origin).toMatch(/^pve-|^qemu-server/);
    for (const release of releases()) {
      const unchecked = uncheckedFormats(release);
      expect(unchecked).toContain("pve-fw-addr-spec");
      expect(unchecked).not.toContain("pve-vmid");
      expect(unchecked.length).toBeLessThan(35);
    }
  });

  test("fields of property strings name formats that exist", () => {
    const names = (fields: Readonly<Record<string, ParamSchema>>) =>
      Object.values(fields).flatMap(({ format }) => (typeof format === "string" ? [format] : []));
    for (const format of Object.values(NAMED_FORMATS)) {
      if ("fields" in format)
        for (const name of names(format.fields)) expect(namedFormat(name)).toBeDefined();
    }
  });

  test.each([
    ["pve-vmid", ["100", "999999999"], ["99", "0100", "1000000000", "x"]],
    ["dns-name", ["a", "a.b-c", "1"], ["", "-x", "a_b", "a."]],
    ["CIDR", ["10.0.0.0/8", "fe80::1/64"], ["10.0.0.0", "10.0.0.0/33", "10.0.0.0/7", "x/8"]],
    [
      "ipv4mask",
      ["255.255.255.0", "0.0.0.0", "255.255.255.255", "255.254.0.0"],
      ["255.0.255.0", "255.255.255"],
    ],
    ["graphite-path", ["a", "a.b-c"], ["a b", "a..b", "-a"]],
    ["pve-storage-path-in-property-string", ["/a b"], ["a", "/", "/=x"]],
    ["email", ["a@b", "a.b+c@d-e.f"], ["a", "@b", "a@", "a b@c"]],
    ["email-opt", ["", "0", "a@b"], ["bad"]],
    ["pve-userid", ["root@pam", "joe.x@corp"], ["root", "a b@pve", "a:b@pve"]],
    ["pve-tokenid", ["root@pam!t1"], ["root@pam", "garbage"]],
    ["pve-vmid-list", ["", "100", "100,200 300"], ["100,x"]],
    ["storage-pair-list", ["1", "a1:b1,c1", "local"], ["a b:"]],
    ["pve-startup-order", ["1", "order=1,up=2,down=3"], ["x=1", ""]],
    ["pve-vlan-id-or-range-list", ["2", "2-4;10"], ["1", "5-4", "x"]],
    ["disk-size", ["5", "5G", "0.5T"], ["G", "5g", "-1"]],
    ["pve-cpuset", ["0", "0-3,7"], ["x", "3-1", ""]],
    ["pve-volume-id-or-qm-path", ["none", "cdrom", "/dev/x", "local:8"], ["local", "1", ":x"]],
    ["pve-lxc-mp-string", ["/mnt", "mnt/a"], ["/mnt/../a", "../a", "/mnt/.."]],
    ["lxc-ip-with-ll-iface-list", ["10.0.0.1", "fe80::1%eth0"], ["abc", "fe80::1%"]],
    [
      "IPorCIDRorAlias",
      ["10.0.0.1", "10.0.0.5/8", "myalias", "dc/web"],
      ["10.0.0.300", "10.0.0.0/33", "-", "x/web"],
    ],
    ["pve-fw-dport-spec", ["22", "22,80:90", "ssh"], ["70000", "90:80", "22,"]],
    ["pve-storage-portal-dns", ["host", "host:3260", "[::1]:3260", "10.0.0.1"], ["a b", "host:x"]],
    ["pve-replication-job-id", ["100-0"], ["99-0", "100"]],
    ["pve-phys-bits", ["host", "8", "64"], ["7", "65", "x"]],
  ])("%s", (name, good, bad) => {
    const format = namedFormat(name);
    if (format === undefined || !("check" in format)) throw new Error(`no ${name}`);
    const { check } = format;
    for (const value of good) expect([value, check?.(value)]).toEqual([value, undefined]);
    for (const value of bad) expect([value, typeof check?.(value)]).toEqual([value, "string"]);
  });
});
