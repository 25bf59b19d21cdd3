import { describe, expect, test } from "@jest/globals";
import fc from "fast-check";
import {
  addressNumber,
  checkAddresses,
  cleanCidr,
  inNetwork,
  normalCidr,
} from "../../../../sdk/lab/firewall/addresses.ts";

describe("addresses", () => {
  test.each([
    ["0.0.0.1", 1n],
    ["::1", 1n],
    ["::ffff:1.2.3.4", 0xffff01020304n],
    ["2001:db8::1", 0x20010db8000000000000000000000001n],
  ])("%s is a number", (text, value) => {
    expect(addressNumber(text)).toBe(value);
  });

  test("lie in the network that their own prefix makes", () => {
    fc.assert(
      fc.property(fc.ipV4(), fc.integer({ min: 0, max: 32 }), (address, prefix) => {
        expect(inNetwork(address, `${address}/${prefix}`)).toBe(true);
      }),
    );
    expect(inNetwork("10.1.0.1", "10.0.0.0/16")).toBe(false);
    expect(inNetwork("::1", "10.0.0.0/8")).toBe(false);
  });

  test.each([
    ["10.1.2.3/8", "10.0.0.0/8"],
    ["10.1.2.3/32", "10.1.2.3/32"],
    ["10.1.2.3", "10.1.2.3"],
    ["2001:DB8::1/32", "2001:db8::/32"],
    ["0.0.0.0/0", "0.0.0.0/0"],
  ])("%s is cleaned to %s", (text, cidr) => {
    expect(cleanCidr(text)).toBe(cidr);
  });

  test.each([
    ["192.0.2.1/32", "192.0.2.1"],
    ["2001:db8::1/128", "2001:db8::1"],
    ["10.0.0.0/8", "10.0.0.0/8"],
  ])("%s comes back as %s", (text, cidr) => {
    expect(normalCidr(text)?.cidr).toBe(cidr);
  });

  test.each([
    ["10.0.0.1/8", "invalid IP address: Invalid prefix 10.0.0.1/8"],
    ["10.0.0.0/33", "invalid IP address: Invalid prefix length /33"],
    ["10.0.0.1,", "extraneous commas in list"],
    [
      "10.0.0.2-10.0.0.1",
      "invalid IP address: Begin address is greater than End address 10.0.0.2 - 10.0.0.1",
    ],
    [
      "10.0.0.1-fe80::1",
      "invalid IP address: Begin and End addresses have different IP versions - 10.0.0.1 - fe80::1",
    ],
    [`+${"a".repeat(65)}`, "ipset name too long"],
  ])("%s is refused", (text, fault) => {
    expect(checkAddresses(text)).toEqual({ fault });
  });
});
