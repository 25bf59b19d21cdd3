import type { KeyObject } from "node:crypto";
import { oneLine } from "../call/one-line.ts";
import { approvalText } from "../consent/approval.ts";
import { keyOf, type PassphraseCheck } from "../consent/keys.ts";
import { readCheck } from "../consent/passphrase-file.ts";
import { PlanFiles, plansFolder, recordDigest, standingOf } from "../plans/files.ts";
import type { PlanRecord } from "../plans/types.ts";
import { planLines } from "./show-plan.ts";
import type { Terminal } from "./terminal.ts";

const TRIES = 3;

/** Shows a plan to the human at the terminal and, after the name and the passphrase, approves it. Answers the exit code. */
export async function approve(id: string, stateDir: string, terminal: Terminal): Promise<number> {
  const files = new PlanFiles(plansFolder(stateDir));
  const check = await readCheck(stateDir);
  if (check === undefined) {
    return failed(
      terminal,
      "No passphrase is set: run proxmox-mcp-admin passphrase and start the server anew.",
    );
  }
  if (typeof check === "string") return failed(terminal, `${check}.`);
  const record = await files.load(id);
  const refusal =
    record === undefined ? `There is no plan ${oneLine(id)} below ${stateDir}.` : await unfit(record);
  if (record === undefined || refusal !== undefined) return failed(terminal, refusal ?? "");
  if ((await files.approval(id)) !== undefined) return failed(terminal, "It has been approved already.");

  for (const line of planLines(record)) terminal.say(line);
  if (!(await agreed(record, terminal))) return failed(terminal, "That is no.");
  const key = await unlocked(check, terminal);
  if (key === undefined) return failed(terminal, "That is not the passphrase.");
  const late = await unfit((await files.load(id)) ?? record);
  if (late !== undefined) return failed(terminal, late);
  await files.approve(id, approvalText(record, key));
  terminal.say(
    `Approved, once, until ${new Date(record.expiresAt).toISOString()}. The agent runs it with proxmox_plan_apply.`,
  );
  return 0;
}

/** Why a plan cannot be approved; undefined where it can. */
async function unfit(record: PlanRecord): Promise<string | undefined> {
  const { id, digest, state, expiresAt } = record;
  // What is shown has to be what was planned: a record that somebody edited is not shown at all.
  if (recordDigest(record) !== digest) return `The record of plan ${oneLine(id)} was tampered with.`;
  if (Date.now() >= expiresAt) return `Plan ${id} expired at ${new Date(expiresAt).toISOString()}.`;
  const standing = await standingOf(record);
  if (state === "open" && standing === "elsewhere") return undefined;
  return standing === "void"
    ? `The server that made plan ${id} has ended: plan again.`
    : `Plan ${id} cannot be approved any more: it is ${state}.`;
}

/** What cannot be undone takes its name, anything else a plain yes. */
async function agreed({ typed }: PlanRecord, terminal: Terminal): Promise<boolean> {
  const wanted = typed ?? "yes";
  const why = typed === undefined ? "" : "This cannot be undone; data can be lost. ";
  const answer = await terminal.ask(`${why}Type ${oneLine(wanted)} to approve: `);
  return answer?.trim() === wanted;
}

async function unlocked(check: PassphraseCheck, terminal: Terminal): Promise<KeyObject | undefined> {
  for (let tries = 0; tries < TRIES; tries += 1) {
    const passphrase = await terminal.ask("Passphrase: ", { hidden: true });
    if (passphrase === undefined) return undefined;
    const key = await keyOf(passphrase, check);
    if (key !== undefined) return key;
  }
  return undefined;
}

function failed(terminal: Terminal, why: string): number {
  terminal.say(`${why} Nothing was approved.`);
  return 1;
}
