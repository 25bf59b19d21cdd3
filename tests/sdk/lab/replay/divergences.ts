/** Exchanges that the lab answers differently, with the reason: `sequence#index`. The list only shrinks. */
export const DIVERGENCES: Readonly<Record<string, string>> = {
  "auth-no-acl#28": "the cluster log of that installation holds what happened before the recording",
  "ha#33": "a node of that version asks a rule of an unknown type for its type alone",
  "tasks-list#29": "there `saved` was a number for the task that ended last and text for the others",
};
