import { expect, test } from "@jest/globals";
import { placeOf } from "../../../plugins/storage/place.ts";
import { fileVolid, storageOf } from "../../../plugins/storage/volumes.ts";
import { codeOf } from "../../helpers/fake-reader.ts";
import { storageReader } from "./fakes.ts";

test.each([
  ["a shared storage through any online node", { storage: "nas" }, "pve1"],
  ["a storage of one node through that", { storage: "thick" }, "pve1"],
  ["any storage through the node that is named", { storage: "local", node: "pve2" }, "pve2"],
])("%s", async (_, place, node) => {
  expect(await placeOf(place, storageReader())).toEqual({ storage: place.storage, node });
});

test.each([
  ["of which each node has its own", { storage: "local" }, "invalid_input"],
  ["that is not on the node named", { storage: "fast", node: "pve3" }, "invalid_input"],
  ["that nobody knows", { storage: "nosuch" }, "not_found"],
  ["on a node that nobody knows", { storage: "nas", node: "nosuch" }, "not_found"],
  ["that is disabled", { storage: "off" }, "conflict"],
  ["whose nodes are all away", { storage: "away" }, "unreachable"],
])("a storage %s is refused", async (_, place, code) => {
  expect(await codeOf(placeOf(place, storageReader()))).toBe(code);
});

test.each([
  ["plain.iso", "nas:iso/plain.iso"],
  ["b c.iso", "nas:iso/b_c.iso"],
  ["../../etc/b.iso", "nas:iso/b.iso"],
  ["C:\\images\\ü.iso", "nas:iso/_.iso"],
])("a file named %s gets the ID %s", (name, volid) => {
  expect(fileVolid("nas", "iso", name)).toBe(volid);
});

test("a volume's ID begins with its storage", async () => {
  expect(storageOf("nas:iso/debian.iso")).toBe("nas");
  for (const wrong of ["debian.iso", ":iso/x", "/etc/passwd", "nas:", "a/b:c"]) {
    expect(await codeOf((async () => storageOf(wrong))())).toBe("invalid_input");
  }
});
