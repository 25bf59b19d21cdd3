import { isPlainObject } from "../call/json-schema.ts";
import type { Finding, Values, Want, WantedRow } from "./types.ts";
import { compareValues } from "./values.ts";

/** A row that a list has to have, or no longer has. */
export function judgeRow(want: WantedRow, answer: unknown): readonly Finding[] {
  if (!Array.isArray(answer)) return [{ state: "not_checked", detail: "its answer is no list" }];
  const rows = answer.filter(isPlainObject);
  const found = rows.some((row) => matches(row, want.row));
  if (found === want.there) return [];
  const what = shownRow(want.row);
  if (!want.there) return [{ state: "not_applied", detail: `${what} is still there` }];
  if (rows.length === 0 && want.mayHide === true) {
    return [{ state: "not_checked", detail: "the account sees nothing of the list" }];
  }
  return [{ state: "not_applied", detail: `${what} is not there` }];
}

function matches(row: Values, wanted: Values): boolean {
  return Object.entries(wanted).every(([name, value]) => {
    const now = row[name] ?? (String(value) === "0" ? 0 : undefined);
    const found = compareValues(undefined, value, now);
    // Addresses and ports of a rule may be answered in another form: they do not tell it from others.
    return found === "same" || (found === "form" && now !== undefined) || found === "unreadable";
  });
}

function shownRow(row: Values): string {
  return Object.values(row)
    .filter((value) => value !== undefined)
    .map(String)
    .join(" ");
}

/** Members of a pool; a guest that the account does not see is no member that it sees. */
export async function judgeMembers(
  want: Extract<Want, { is: "members" }>,
  answer: unknown,
  visible: () => Promise<ReadonlySet<number>>,
): Promise<readonly Finding[]> {
  const [first] = Array.isArray(answer) ? answer : [answer];
  const members =
    isPlainObject(first) && Array.isArray(first.members) ? first.members.filter(isPlainObject) : undefined;
  if (members === undefined) return [{ state: "not_checked", detail: "its members were not answered" }];
  const vms = new Set(members.map(({ vmid }) => Number(vmid)));
  const storages = new Set(members.map(({ storage }) => String(storage)));
  const wrongVms = want.vms.filter((vmid) => vms.has(vmid) !== want.there);
  const wrongStorages = want.storages.filter((storage) => storages.has(storage) !== want.there);
  const word = want.there ? "is no member" : "is still a member";
  const known = wrongVms.length > 0 && want.there ? await visible() : undefined;
  return [
    ...wrongVms.map(
      (vmid): Finding =>
        known?.has(vmid) === false
          ? { state: "not_checked", detail: `guest ${vmid} is not visible` }
          : { state: "not_applied", detail: `guest ${vmid} ${word}` },
    ),
    ...wrongStorages.map(
      (storage): Finding =>
        want.there
          ? { state: "not_checked", detail: `storage ${storage} is not visible as a member` }
          : { state: "not_applied", detail: `storage ${storage} ${word}` },
    ),
  ];
}
