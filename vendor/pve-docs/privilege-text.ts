import type { EndpointPrivileges, PrivilegeNeed } from "./types.ts";

const WHO = { root: "root@pam alone", world: "no sign-in", all: "any signed-in user" } as const;

/** How names and sentences are written, for texts with markup. */
export interface Marks {
  readonly name: (text: string) => string;
  readonly words: (text: string) => string;
}

const PLAIN: Marks = { name: (text) => text, words: (text) => text };

/** One need in words: `VM.Allocate on /vms/100 or /pool/dev (with start)`. */
export function needText(need: PrivilegeNeed, { name, words }: Marks = PLAIN): string {
  const { path, privileges, any, orOn, condition, maybe, hides } = need;
  if (privileges.length === 0) return words(condition ?? "");
  const list = privileges.map(name).join(", ");
  const where = orOn === undefined ? name(path) : `${name(path)} or ${name(orOn)}`;
  const only = maybe === true ? `only ${condition}` : condition;
  const notes = [only, hides === true ? "left out otherwise" : undefined].filter(
    (note) => note !== undefined,
  );
  const some = any === true && privileges.length > 1 ? "one of " : "";
  return `${some}${list} on ${where}${notes.length === 0 ? "" : ` (${words(notes.join("; "))})`}`;
}

/** What an endpoint declares, in words; alternatives joined by `or`. */
export function declaredText({ who, alternatives }: EndpointPrivileges, marks: Marks = PLAIN): string {
  if (who !== "privileges") return WHO[who];
  const texts = alternatives.map((needs) =>
    [...new Set(needs.map((need) => needText(need, marks)))].join(" and "),
  );
  return [...new Set(texts)].join(", or ") || "what the API checks itself";
}

/** Who may call an endpoint, in words: what it declares and what its code checks further. */
export function privilegesText(privileges: EndpointPrivileges, marks: Marks = PLAIN): string {
  const { who, further, unread } = privileges;
  const refused = further.some(({ hides, maybe }) => hides !== true && maybe !== true);
  return [
    ...(who === "all" && refused ? [] : [declaredText(privileges, marks)]),
    ...new Set(further.map((need) => needText(need, marks))),
    ...(unread ? ["its code checks more, which is not known here"] : []),
  ].join("; ");
}
