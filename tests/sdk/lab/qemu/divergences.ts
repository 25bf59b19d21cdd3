/** Exchanges that the lab answers differently, with the reason: `sequence#index`. The list only shrinks. */
export const DIVERGENCES: Readonly<Record<string, string>> = {
  "agent-running#12": "the agent of that installation was a stand-in with a file system of two bytes",
  "agent-running#26": "that stand-in ran programs on the host, whose name is not the guest's",
  "param-basic#72": "that installation had no UEFI firmware",
  "param-basic#75": "so no EFI disk could be made there",
};
