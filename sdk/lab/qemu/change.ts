import type { LabRequest } from "../types.ts";
import type { Settings } from "./check-drives.ts";

/** A change of a configuration after it was checked. */
export interface Change {
  readonly request: LabRequest;
  readonly vmid: number;
  readonly settings: Settings;
  readonly deletes: readonly string[];
  readonly reverts: readonly string[];
  readonly force: boolean;
  /** The request in the words of the task's log. */
  readonly given: string;
  readonly digest: string | undefined;
  readonly skiplock: boolean;
}
