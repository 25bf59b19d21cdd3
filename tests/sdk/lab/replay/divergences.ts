/** Exchanges that the lab answers differently, with the reason: `sequence#index`. The list only shrinks. */
export const DIVERGENCES: Readonly<Record<string, string>> = {
  "auth-no-acl#28": "the cluster log of that installation holds what happened before the recording",
  "param-basic#72": "that installation had no EFI firmware; the lab has",
  "param-basic#75": "the EFI disk of #72",
  "tasks-list#29": "there `saved` was a number for the task that ended last and text for the others",
};
