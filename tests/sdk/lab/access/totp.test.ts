import { expect, test } from "@jest/globals";
import { isTotp, totpAt } from "../../../../sdk/lab/access/totp.ts";

/** The ASCII secret 12345678901234567890 of RFC 6238. */
const SECRET = "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ";

test.each([
  [59, "94287082"],
  [1_111_111_109, "07081804"],
  [20_000_000_000, "65353130"],
])("the password at %d is that of the RFC", (seconds, password) => {
  expect(totpAt(SECRET, seconds, 30, 8)).toBe(password);
});

test("a value is good for one step before and after", () => {
  const uri = `otpauth://totp/lab?secret=${SECRET}&digits=8`;
  for (const seconds of [29, 59, 119]) expect(isTotp(uri, "94287082", seconds)).toBe(seconds !== 119);
  expect(isTotp("otpauth://totp/lab", "94287082", 59)).toBe(false);
});
