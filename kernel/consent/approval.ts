import type { KeyObject } from "node:crypto";
import { isSigned, type PassphraseCheck, signText } from "./keys.ts";

/** What an approval is for: exactly this plan, as it was shown. */
export interface Approved {
  readonly id: string;
  /** Digest of the plan's redacted form. */
  readonly digest: string;
}

/** The text of an approval, signed with the key that the passphrase gives. */
export function approvalText({ id, digest }: Approved, key: KeyObject, at = Date.now()): string {
  return `${JSON.stringify({ plan: id, digest, at, signature: signText(signedPart({ id, digest }, at), key) })}\n`;
}

/** Whether a text is an approval of exactly this plan by somebody who knew the passphrase. Never throws. */
export function isApproval(text: string, approved: Approved, check: PassphraseCheck): boolean {
  const value = parsed(text);
  if (typeof value !== "object" || value === null || !("signature" in value) || !("at" in value))
    return false;
  const { signature, at } = value;
  if (typeof signature !== "string" || typeof at !== "number") return false;
  // What the file says of plan and digest is for people: what counts is what we keep ourselves.
  return isSigned(signedPart(approved, at), signature, check);
}

function signedPart({ id, digest }: Approved, at: number): string {
  return ["proxmox-mcp approval 1", id, digest, String(at)].join("\n");
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
