import { keyOf, newCheck } from "../consent/keys.ts";
import { passphraseFile, readCheck, writeCheck } from "../consent/passphrase-file.ts";
import type { Terminal } from "./terminal.ts";

const SHORTEST = 8;

/** Sets the passphrase of approvals, or changes it for whoever knows the present one. Answers the exit code. */
export async function setPassphrase(stateDir: string, terminal: Terminal): Promise<number> {
  const present = await readCheck(stateDir);
  if (typeof present === "string") return failed(terminal, `${present}.`);
  if (present !== undefined) {
    const old = await terminal.ask("Present passphrase: ", { hidden: true });
    if (old === undefined || (await keyOf(old, present)) === undefined) {
      return failed(
        terminal,
        `That is not the present passphrase. Whoever has forgotten it deletes ${passphraseFile(stateDir)} and sets another.`,
      );
    }
  }
  const wanted = await terminal.ask(`New passphrase (at least ${SHORTEST} characters): `, { hidden: true });
  if (wanted === undefined) return failed(terminal, "Given up.");
  if ([...wanted].length < SHORTEST) return failed(terminal, `It is shorter than ${SHORTEST} characters.`);
  if ((await terminal.ask("The same again: ", { hidden: true })) !== wanted) {
    return failed(terminal, "The two differ.");
  }
  await writeCheck(stateDir, await newCheck(wanted));
  terminal.say(`The passphrase is set, for servers that start from now on (${passphraseFile(stateDir)}).`);
  return 0;
}

function failed(terminal: Terminal, why: string): number {
  terminal.say(`${why} Nothing was changed.`);
  return 1;
}
