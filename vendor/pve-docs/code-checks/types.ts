import type { CallParams, EndpointKey } from "../types.ts";

/** Values for the placeholders of an ACL path. */
export type PathValues = Readonly<Record<string, string>>;

/** One check in Proxmox's code beyond what the endpoint declares. */
export interface CodeCheck {
  readonly privileges: readonly string[];
  /** Any one of the privileges suffices. */
  readonly any?: true;
  /** ACL path; `{vmid}` comes from the parameters, other placeholders from {@link CodeCheck.from}. */
  readonly path: string;
  /** Another ACL path on which the same suffices; counts only where its placeholders are given. */
  readonly orOn?: string;
  /** Parameters as the schema names them (`net[n]`), any of which leads to the check; left out: always. */
  readonly params?: readonly string[];
  /** The paths that a parameter's value leads to; none where the value needs no check. Left out: one. */
  readonly from?: (value: string, call: CallParams) => readonly PathValues[];
  /** Decides over the whole call, where not a single parameter does. */
  readonly when?: (call: CallParams) => boolean;
  /** What must be so besides, in words that follow the path; shown always. */
  readonly condition?: string;
  /** Whether it is checked depends on more than the parameters, as the condition says. */
  readonly maybe?: true;
  /** Without it the answer leaves things out instead of being refused. */
  readonly hides?: true;
  /** First release that checks; left out: all known ones. */
  readonly since?: string;
  /** First release that no longer checks. */
  readonly before?: string;
  /** File in Proxmox's sources, where it is not that of the endpoint. */
  readonly origin?: string;
}

/** What is checked for some endpoints. */
export interface CheckedEndpoints {
  readonly endpoints: readonly EndpointKey[];
  /** File in Proxmox's sources from which the checks were read. */
  readonly origin: string;
  /** Empty where the code was read and checks no privilege beyond the declared ones. */
  readonly checks: readonly CodeCheck[];
}
