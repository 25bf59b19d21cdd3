import { beforeAll, describe, expect, test } from "@jest/globals";
import fc from "fast-check";
import { approvalText, isApproval } from "../../../kernel/consent/approval.ts";
import { keyOf, newCheck, type PassphraseCheck } from "../../../kernel/consent/keys.ts";

const PLAN = { id: "p_000000000000000000000001", digest: "d".repeat(64) };
let check: PassphraseCheck;
let text: string;

beforeAll(async () => {
  check = await newCheck("pässword one");
  const key = await keyOf("pässword one".normalize("NFD"), check);
  if (key === undefined) throw new Error("the passphrase does not fit its own check");
  text = approvalText(PLAN, key);
});

describe("an approval", () => {
  test("counts for exactly its plan, by whoever knew the passphrase", async () => {
    expect(isApproval(text, PLAN, check)).toBe(true);
    expect(isApproval(text, { ...PLAN, digest: "e".repeat(64) }, check)).toBe(false);
    expect(isApproval(text, { ...PLAN, id: "p_000000000000000000000002" }, check)).toBe(false);
    expect(isApproval(text, PLAN, await newCheck("pässword one"))).toBe(false);
  });

  test("is bound to its time", () => {
    const value: { at: number } = JSON.parse(text);
    expect(isApproval(JSON.stringify({ ...value, at: value.at + 1 }), PLAN, check)).toBe(false);
  });

  test("nothing else counts, and nothing throws", () => {
    const value: Record<string, unknown> = JSON.parse(text);
    const near = fc.record({
      plan: fc.constant(PLAN.id),
      digest: fc.constant(PLAN.digest),
      at: fc.oneof(fc.constant(value.at), fc.anything()),
      signature: fc.oneof(
        fc.base64String(),
        fc.anything(),
        fc.base64String({ minLength: 88, maxLength: 88 }),
      ),
    });
    const texts = fc.oneof(
      fc.string(),
      fc.json(),
      near.map((one) => JSON.stringify(one) ?? ""),
    );
    fc.assert(fc.property(texts, (other) => expect(isApproval(other, PLAN, check)).toBe(false)));
  });

  test("a wrong passphrase gives no key", async () => {
    expect(await keyOf("password one", check)).toBeUndefined();
  });
});
