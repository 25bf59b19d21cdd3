import { type Approved, isApproval } from "./approval.ts";
import type { PassphraseCheck } from "./keys.ts";
import { readCheck } from "./passphrase-file.ts";

/** What came of looking for an approval. */
export type ApprovalFound =
  | { readonly state: "approved" }
  /** There is none, or it does not count, and why. */
  | { readonly state: "none"; readonly why: string };

/**
 * Judges approvals that the admin command left. The passphrase's check is read once, when the server starts:
 * whoever replaces it later approves nothing in a server that runs.
 */
export class Approvals {
  readonly #check: Promise<PassphraseCheck | string | undefined>;

  constructor(stateDir: string) {
    this.#check = readCheck(stateDir);
  }

  /** Whether a text left beside a plan approves exactly that plan. */
  async judge(text: string | undefined, approved: Approved): Promise<ApprovalFound> {
    const check = await this.#check;
    if (check === undefined) {
      return none(
        "no passphrase was set when this server started: run `proxmox-mcp-admin passphrase` and start it anew",
      );
    }
    if (typeof check === "string") return none(check);
    if (text === undefined) return none("nobody has approved it yet");
    if (!isApproval(text, approved, check)) {
      return none(
        "its approval does not count: it is for another plan, or was not given with the passphrase that was set when this server started",
      );
    }
    return { state: "approved" };
  }
}

function none(why: string): ApprovalFound {
  return { state: "none", why };
}
