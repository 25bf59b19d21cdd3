import type { Archive } from "../qemu/archive.ts";
import type { TaskHandle } from "../tasks/types.ts";
import type { LabGuest, LabRequest, LabStorage } from "../types.ts";
import type { Retention } from "./retention.ts";

/** What a backup job was asked to do. */
export interface BackupWish {
  readonly request: LabRequest;
  /** As the log of the job has it. */
  readonly commandLine: string;
  /** Guests of this node, and those that do not exist. */
  readonly vmids: readonly number[];
  /** Guests of other nodes, which are left out. */
  readonly others: readonly number[];
  /** Whether all guests were asked for: those without the right to back them up are left out. */
  readonly all: boolean;
}

/** How a job backs guests up: what was asked for, filled up with what the storage and the defaults say. */
export interface BackupOptions {
  readonly storage: LabStorage;
  readonly mode: "snapshot" | "suspend" | "stop";
  /** Extension of compressed archives; undefined where they are not. */
  readonly compression: "lzo" | "gz" | "zst" | undefined;
  /** The program that compresses; undefined where none does. */
  readonly compressor: string | undefined;
  readonly retention: Retention;
  /** Whether older backups are pruned. */
  readonly remove: boolean;
  readonly notes: string | undefined;
  readonly protected: boolean;
  readonly bwlimit: number;
  readonly ionice: number;
  /** Minutes that a guest may take to stop. */
  readonly stopwait: number;
}

/** A guest on its way into a backup. */
export interface GuestBackup {
  readonly request: LabRequest;
  readonly options: BackupOptions;
  readonly guest: LabGuest;
  readonly task: TaskHandle;
  /** Adds a line of the backup's own log to the task's. */
  readonly info: (line: string) => void;
}

/** What differs between VMs and containers. */
export interface GuestPlugin {
  readonly kind: "qemu" | "lxc";
  /** Names the guest and the volumes that go into the backup; fails where it cannot be backed up this way. */
  prepare(backup: GuestBackup, mode: BackupOptions["mode"]): void;
  /** Brings a running guest into the state that is backed up; answers what undoes it. */
  hold(backup: GuestBackup, mode: BackupOptions["mode"], wasRunning: boolean): Promise<() => Promise<void>>;
  /** Writes the archive; answers its content and its size in bytes. `path` is where it will lie, undefined on a backup server. */
  write(
    backup: GuestBackup,
    mode: BackupOptions["mode"],
    wasRunning: boolean,
    path: string | undefined,
  ): Promise<{ archive: Archive; size: number }>;
}
