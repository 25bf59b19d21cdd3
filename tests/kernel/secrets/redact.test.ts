import { inspect } from "node:util";
import { describe, expect, test } from "@jest/globals";
import fc from "fast-check";
import { createRedactor, MASK } from "../../../kernel/secrets/redact.ts";
import { Secret } from "../../../kernel/secrets/secret.ts";

describe("redactor", () => {
  test("masks by name, at any depth", () => {
    const { value } = createRedactor();
    expect(value({ cipassword: "hunter2", nested: [{ CSRFPreventionToken: "abc" }], cores: 2 })).toEqual({
      cipassword: MASK,
      nested: [{ CSRFPreventionToken: MASK }],
      cores: 2,
    });
  });

  test("masks keys, tickets and tokens inside text", () => {
    const { text } = createRedactor();
    expect(text("-----BEGIN OPENSSH PRIVATE KEY-----\nabc\n-----END OPENSSH PRIVATE KEY-----")).toBe(MASK);
    expect(text("cookie PVE:root@pam:6580AAAA::c2lnbmF0dXJl== sent")).not.toContain("c2lnbmF0dXJl");
    const token = "PVEAPIToken=mcp@pve!agent=3f2b6f5e-1111-2222-3333-444444444444";
    expect(text(token)).toBe(`PVEAPIToken=mcp@pve!agent=${MASK}`);
  });

  test("masks the login in an address and nothing else of it", () => {
    const { text } = createRedactor();
    expect(text("http_proxy=http://proxy-user:hunter22@10.0.0.1:3128/")).toBe(
      `http_proxy=http://proxy-user:${MASK}@10.0.0.1:3128/`,
    );
    expect(text("see https://pve1:8006/#v1 for root@pam")).toBe("see https://pve1:8006/#v1 for root@pam");
  });

  test("a known value shows nowhere, however it is embedded", () => {
    fc.assert(
      fc.property(fc.string({ minLength: 8 }), fc.string(), fc.string(), (secret, before, after) => {
        fc.pre(!MASK.includes(secret) && secret.trim().length >= 8);
        const redactor = createRedactor([secret]);
        const shown = JSON.stringify(redactor.value({ note: `${before}${secret}${after}` }));
        const plain = JSON.stringify({ note: `${before}${MASK}${after}` });
        // The text around it may hold the secret's letters by chance; then nothing can be said.
        fc.pre(!plain.includes(JSON.stringify(secret).slice(1, -1)));
        expect(shown).not.toContain(JSON.stringify(secret).slice(1, -1));
      }),
    );
  });
});

describe("Secret", () => {
  test("does not show by printing, JSON or inspection", () => {
    const secret = new Secret("s3cr3t-value");
    for (const shown of [String(secret), `${secret}`, JSON.stringify({ secret }), inspect({ secret })])
      expect(shown).not.toContain("s3cr3t");
    expect(secret.reveal()).toBe("s3cr3t-value");
  });
});
