import type { Place } from "../../sdk/places.ts";
import type { ApiMethod, EndpointKey } from "../../vendor/pve-docs/types.ts";

/** Plain parameters, as they are sent; data that a job's record can hold. */
export type Values = Readonly<Record<string, unknown>>;

/** Stands for what the step answered, such as the name of a new volume. */
export const ANSWER = "$answer";

/** The request that shows an object as it is now. */
export interface ReadPlace {
  /** Key of the endpoint: `GET /nodes/{node}/qemu/{vmid}/config`. */
  readonly endpoint: EndpointKey;
  /** Path parameters and query. */
  readonly params: Values;
}

/** What a read answered while reading back. */
export interface SeenAnswer extends ReadPlace {
  readonly data: unknown;
}

/** What must be seen of an object after a change. */
export type Want =
  /** The object can no longer be read. */
  | { readonly is: "absent" }
  /** The object can be read. */
  | { readonly is: "present" }
  | WantedFields
  /** A guest's status. */
  | { readonly is: "status"; readonly status: "running" | "stopped" | "paused" }
  | WantedRow
  /** Members of a pool. */
  | {
      readonly is: "members";
      readonly there: boolean;
      readonly vms: readonly number[];
      readonly storages: readonly string[];
    }
  /** An answer that names things, each with a 1; `only`: and no others. */
  | { readonly is: "marks"; readonly names: readonly string[]; readonly only?: true }
  /** A disk of a guest: of at least this size, or on this storage. */
  | { readonly is: "disk"; readonly disk: string; readonly atLeast?: string; readonly storage?: string }
  /** The file was written: its digest is no longer this. */
  | { readonly is: "rewritten"; readonly digest: string };

/** Fields that a change sets or takes away. */
export interface WantedFields {
  readonly is: "fields";
  /** Key of the endpoint whose parameters say what form the values have. */
  readonly by: `${ApiMethod} /${string}`;
  readonly set: Values;
  readonly gone: readonly string[];
  /** What these fields were before, where that is known. */
  readonly before?: Values;
  /** Lists are added to what there was. */
  readonly adds?: true;
  /**
   * Proxmox VE may answer these in a form of its own: only a value that stayed as it was counts
   * as not applied.
   */
  readonly lenient?: true;
  /** The storage that all disks of the guest have to be on. */
  readonly onStorage?: string;
}

/** A list has, or no longer has, a row with these fields. */
export interface WantedRow {
  readonly is: "listed";
  readonly there: boolean;
  readonly row: Values;
  /** The list leaves out what the account may not see: an empty one says nothing. */
  readonly mayHide?: true;
}

/** The fields of an object as they are, and as they will be once a guest was stopped. */
export interface Fields {
  readonly now: Values;
  readonly pending: Values;
  readonly leaving: ReadonlySet<string>;
}

/** What a step promises about one object, or why nothing is to be seen of it. Data: it is stored with the job. */
export type Expectation =
  | Expected
  | ExpectedFile
  | { readonly object: string; readonly why: string }
  /** The step itself waited until it was seen. */
  | { readonly object: string; readonly waited: true };

/** A file past the API, by its checksum. */
export interface ExpectedFile {
  readonly object: string;
  readonly file: { readonly place: Place; readonly path: string; readonly sha256: string };
}

/** An expectation that can be looked at. */
export interface Expected {
  readonly object: string;
  readonly read: ReadPlace;
  readonly want: Want;
  /** After this, what earlier steps promised about the guest no longer counts, or holds at the new place. */
  readonly resets?: "guest" | "place";
  /** The HA manager may have been asked instead, which acts later. */
  readonly askedOfHa?: true;
}

/** How one object was found after a change, in order of severity. */
export type CheckState =
  /** Not as planned: the change did not take. */
  | "not_applied"
  /** Changed, but to a form other than the one that was sent. */
  | "differs"
  | "not_checked"
  /** As planned as far as it can be seen: secrets cannot. */
  | "in_part"
  /** In the file, but in effect only when the guest was stopped and started. */
  | "pending"
  | "as_planned";

/** One object read back, as the job's record and the answer have it. */
export interface Check {
  /** What was looked at: `/nodes/pve1/qemu/100/pending`. */
  readonly object: string;
  readonly state: CheckState;
  /** What differs, is pending or was not looked at. */
  readonly details?: readonly string[];
}

/** What comparing found out about a part of an object; nothing where it is as planned. */
export interface Finding {
  readonly state: Exclude<CheckState, "as_planned">;
  readonly detail: string;
}
