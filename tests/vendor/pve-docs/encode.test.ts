import { describe, expect, test } from "@jest/globals";
import fc from "fast-check";
import { loadCatalog } from "../../../vendor/pve-docs/catalog.ts";
import type { CallParams } from "../../../vendor/pve-docs/types.ts";

const catalog = loadCatalog("9.2");

function encode(key: string, params: CallParams) {
  const endpoint = catalog.endpoint(key);
  if (endpoint === undefined) throw new Error(`no ${key}`);
  return catalog.encode(endpoint, params);
}

const CONFIG = "PUT /nodes/{node}/qemu/{vmid}/config";
const EXEC = "POST /nodes/{node}/qemu/{vmid}/agent/exec";
const KEYS = "ssh-ed25519 AAAAC3+/a= me@host\nssh-rsa BBBB= other's key";

describe("encoding", () => {
  test("booleans become 1 and 0, numbers text, undefined is left out", () => {
    expect(
      encode(CONFIG, { node: "a", vmid: 100, onboot: true, tablet: false, cores: 4, name: undefined }),
    ).toEqual({
      node: "a",
      vmid: "100",
      onboot: "1",
      tablet: "0",
      cores: "4",
    });
  });

  test("lists are joined, true arrays stay arrays, also a lone value", () => {
    expect(encode(CONFIG, { tags: ["prod", "web"], delete: "net0 net1" })).toEqual({
      tags: "prod,web",
      delete: "net0 net1",
    });
    expect(encode(EXEC, { command: ["ls", "-l"] })).toEqual({ command: ["ls", "-l"] });
    expect(encode(EXEC, { command: "ls" })).toEqual({ command: ["ls"] });
  });

  test("arguments of a program stay apart where an older release takes them as one text", () => {
    const old = loadCatalog("7.4");
    const exec = old.endpoint(EXEC);
    if (exec === undefined) throw new Error(`no ${EXEC}`);
    const params = { node: "a", vmid: 100, command: ["sh", "-c", "echo a, b"] };
    expect(old.check(exec, params)).toEqual([]);
    expect(old.encode(exec, params).command).toBe("sh\0-c\0echo a, b");
  });

  test("sshkeys is percent-encoded exactly once, for plain text and for text that looks encoded", () => {
    expect(encode(CONFIG, { sshkeys: KEYS }).sshkeys).toBe(encodeURIComponent(KEYS));
    fc.assert(
      fc.property(fc.string({ unit: "grapheme" }), (text) => {
        const { sshkeys } = encode(CONFIG, { sshkeys: text });
        expect(decodeURIComponent(String(sshkeys))).toBe(text);
      }),
    );
  });

  test("the check takes sshkeys plain, the wire's check takes it encoded", () => {
    const endpoint = catalog.endpoint(CONFIG);
    if (endpoint === undefined) throw new Error("no endpoint");
    const base = { node: "a", vmid: 100 };
    expect(catalog.check(endpoint, { ...base, sshkeys: KEYS })).toEqual([]);
    expect(catalog.checkWire(endpoint, { ...base, sshkeys: KEYS })[0]?.message).toContain(
      "invalid urlencoded string",
    );
    expect(catalog.checkWire(endpoint, catalog.encode(endpoint, { ...base, sshkeys: KEYS }))).toEqual([]);
  });

  test("what the check accepts, the wire's check accepts once encoded", () => {
    const endpoint = catalog.endpoint("POST /nodes/{node}/qemu/{vmid}/clone");
    if (endpoint === undefined) throw new Error("no endpoint");
    const params = fc.record(
      {
        newid: fc.oneof(fc.integer({ min: 0, max: 2_000_000_000 }), fc.string()),
        full: fc.oneof(fc.boolean(), fc.constantFrom(0, 1, "0", "1", "yes")),
        name: fc.oneof(fc.constant("web1"), fc.string()),
        bwlimit: fc.oneof(fc.nat(), fc.double()),
      },
      { requiredKeys: ["newid"] },
    );
    fc.assert(
      fc.property(params, (given) => {
        const call = { node: "a", vmid: 100, ...given };
        const before = catalog.check(endpoint, call);
        expect(catalog.checkWire(endpoint, catalog.encode(endpoint, call))).toEqual(before);
      }),
    );
  });
});
