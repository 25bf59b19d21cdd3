/** Exchanges that the lab answers differently, with the reason: `sequence#index`. The list only shrinks. */
export const DIVERGENCES: Readonly<Record<string, string>> = {
  "agent-running#12": "the agent of that installation was a stand-in with a file system of two bytes",
  "agent-running#26": "that stand-in ran programs on the host, whose name is not the guest's",
  "auth-no-acl#28": "the cluster log of that installation holds what happened before the recording",
  "ha#33": "a node of that version asks a rule of an unknown type for its type alone",
  "param-basic#72": "that installation had no UEFI firmware",
  "param-basic#75": "so no EFI disk could be made there",
};
