import "reflect-metadata";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "@jest/globals";
import { ChainedAuditLog } from "../../kernel/audit/log.ts";
import { createRedactor } from "../../kernel/secrets/redact.ts";
import type { Settings } from "../../kernel/settings/types.ts";
import { violations } from "./invariants.ts";
import { type Play, stateOf } from "./play.ts";
import type { PlayedCall } from "./watched-run.ts";
import type { WireRequest } from "./wire.ts";

const TOOL = "proxmox_vm_destroy";
const WRITE: WireRequest = { method: "DELETE", path: "/nodes/pve1/qemu/100", isWrite: true, forwarded: true };
const usual = [WRITE];

let folder = "";
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "proxmox-mcp-invariants-"));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

type Event = "before" | "after";

/** Writes an audit with these events of one call. */
async function audited(events: readonly Event[], sealed = true): Promise<void> {
  // Of all settings the log uses its folder alone.
  const settings = { auditLogPath: join(stateOf(folder), "audit") } as Settings;
  const log = new ChainedAuditLog(settings, createRedactor());
  for (const event of events) await log.write({ event, callId: "c1", subject: "stdio", tool: TOOL });
  if (sealed) await log.close();
}

function played(over: Partial<Play> = {}): Play {
  const call: PlayedCall = {
    tool: TOOL,
    args: { vmid: 100 },
    answer: { text: "Done", isError: false },
    requests: [WRITE],
  };
  return { calls: [call], writes: [WRITE], folder, log: "", secret: "5e6c1d00-secret", ...over };
}

const judge = (play: Play, recorded = true) => violations(play, { usual, recorded });

describe("what must hold on a bad day", () => {
  test("holds for a change that was announced, sent once and recorded", async () => {
    await audited(["before", "after"]);
    expect(await judge(played())).toEqual([]);
  });

  test("a write sent twice", async () => {
    await audited(["before", "after"]);
    const faults = await judge(played({ writes: [WRITE, { ...WRITE, forwarded: false }] }));
    expect(faults).toEqual(["DELETE /nodes/pve1/qemu/100 was sent 2 times"]);
  });

  test("a change without an entry before it", async () => {
    await audited(["after"]);
    expect(await judge(played())).toEqual([`${TOOL} changed something 1 times, of which the audit has 0`]);
  });

  test("a change whose end is not recorded", async () => {
    await audited(["before"]);
    expect(await judge(played())).toEqual([`the audit does not say how a call of ${TOOL} ended`]);
    expect(await judge(played(), false)).toEqual([]);
  });

  test("an audit without its seal, where the server ended in good order", async () => {
    await audited(["before", "after"], false);
    expect(await judge(played())).toEqual([expect.stringContaining("was not sealed")]);
    expect(await judge(played(), false)).toEqual([]);
  });

  test("a secret in an answer, in the log and in a file", async () => {
    await audited(["before", "after"]);
    const secret = "hunter2-canary";
    const call = { ...played().calls[0], args: { cipassword: secret } };
    const answer = { text: `the password is ${secret}`, isError: false };
    const calls = [{ tool: TOOL, requests: [], ...call, answer }];
    await writeFile(join(stateOf(folder), "audit", "notes"), secret);
    const faults = await judge(played({ calls, log: `trying ${secret}` }));
    expect(faults).toEqual([
      `a secret shows in the answer of ${TOOL}`,
      "a secret shows in the log",
      expect.stringContaining("notes"),
    ]);
  });

  test("the secret of the token", async () => {
    await audited(["before", "after"]);
    expect(await judge(played({ log: "5e6c1d00-secret" }))).toEqual(["a secret shows in the log"]);
  });
});
