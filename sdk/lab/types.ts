import type { Endpoint } from "../../vendor/pve-docs/types.ts";
import type { AccessState, Caller } from "./access/types.ts";
import type { BackupJobs } from "./backup-jobs/state.ts";
import type { Faults } from "./faults.ts";
import type { FirewallState } from "./firewall/types.ts";
import type { LabParams, WireValue } from "./frame/params.ts";
import type { HaResource, HaState } from "./ha/state.ts";
import type { UploadedFile } from "./http/multipart.ts";
import type { Locks } from "./locks.ts";
import type { MappingState } from "./mapping/state.ts";
import type { Random } from "./random.ts";
import type { LabRelease } from "./release.ts";
import type { SdnState } from "./sdn/state.ts";
import type { SectionFile } from "./sections.ts";
import type { Outside } from "./storage/outside.ts";
import type { LabTasks, TaskWorker } from "./tasks/types.ts";
import type { Volumes } from "./volumes.ts";

/** A node of the cluster. Sizes in bytes, times in milliseconds since the epoch. */
export interface LabNode {
  readonly name: string;
  /** Position in the cluster, from 1; 0 for a node that is in none. */
  readonly nodeid: number;
  readonly ip: string;
  /** `starting` and `down` answer 595 when proxied to; only `online` serves. */
  power: "online" | "down" | "starting";
  /** When it booted last. */
  bootedAt: number;
  readonly cpus: number;
  readonly memory: number;
  readonly rootfs: number;
  /** Version of the control groups that it runs with. */
  readonly cgroups: 1 | 2;
  /** Contents of the node's own configuration: `description`, `wakeonlan`, … */
  readonly config: Map<string, string>;
  dns: { search: string; servers: string[] };
  timezone: string;
  /** `/etc/hosts`, where it was written over. */
  hosts?: string;
  readonly fingerprint: string;
}

/** One section of a guest's configuration file: key and value exactly as the file has them. */
export type GuestConfig = Map<string, string>;

/** A snapshot of a guest: a configuration section with its own name. */
export interface LabSnapshot {
  readonly name: string;
  /** Includes `snaptime`, `parent`, `description`, `vmstate`, … */
  readonly config: GuestConfig;
}

/** A VM or container. What is only in a running guest is in `runtime`. */
export interface LabGuest {
  readonly kind: "qemu" | "lxc";
  readonly vmid: number;
  node: string;
  /** The current section, `lock`, `parent`, `template` and `description` included. */
  config: GuestConfig;
  /** The pending section: values waiting for a restart. */
  pending: GuestConfig;
  /** Keys waiting to be deleted; with `true` where forced. */
  pendingDelete: Map<string, boolean>;
  readonly snapshots: Map<string, LabSnapshot>;
  /** Undefined while stopped. */
  runtime: GuestRuntime | undefined;
  /** Commands that the guest agent's own configuration turns off. */
  agentBlocks?: ReadonlySet<string>;
  /** Commands that the agent lists, without `guest-`, where they are not the usual ones. */
  agentLists?: readonly string[];
  /** Where the guest is under HA: what is configured for it. */
  ha?: HaResource;
}

/** The process of a running guest. */
export interface GuestRuntime {
  readonly pid: number;
  /** Milliseconds since the epoch. */
  readonly startedAt: number;
  /** QEMU's own state: `running`, `paused`, `suspended`, `prelaunch`. */
  qmpstatus: string;
  /** The configuration it was started with, plus what was hot-plugged. */
  readonly config: GuestConfig;
  /** True where a guest agent answers. */
  agent?: boolean;
  /** What an unwilling guest does with a shutdown request: it ignores it. */
  ignoresShutdown?: boolean;
}

/** A storage as `/etc/pve/storage.cfg` defines it. */
export interface LabStorage {
  readonly id: string;
  readonly type: string;
  /** Every property as the file has it: `path`, `content`, `nodes`, `shared`, `disable`, … */
  readonly config: Map<string, string>;
  /** Size in bytes. */
  readonly size: number;
}

/** A pool; guests and storages it holds. */
export interface LabPool {
  readonly id: string;
  comment?: string;
  readonly guests: Set<number>;
  readonly storages: Set<string>;
}

/** Everything that the simulated cluster knows. */
export interface LabState {
  /** Undefined for a single node that is in no cluster. */
  readonly clusterName: string | undefined;
  /** When the lab began, milliseconds since the epoch. */
  readonly startedAt: number;
  /** The node that answers the requests. */
  readonly localNode: string;
  readonly nodes: Map<string, LabNode>;
  /** By VMID; VMIDs are unique in the cluster, over both kinds. */
  readonly guests: Map<number, LabGuest>;
  readonly storages: Map<string, LabStorage>;
  readonly volumes: Volumes;
  readonly access: AccessState;
  readonly pools: Map<string, LabPool>;
  /** Datacenter options as `/etc/pve/datacenter.cfg` has them. */
  readonly datacenter: Map<string, string>;
  /** What is around the cluster: file servers, files on the web, disks of the nodes. */
  readonly outside: Outside;
  readonly firewall: FirewallState;
  readonly ha: HaState;
  readonly sdn: SdnState;
  readonly backupJobs: BackupJobs;
  readonly mappings: MappingState;
  /** The cluster's own CPU models, by name without `custom-`. */
  readonly cpuModels: SectionFile;
  readonly metricServers: SectionFile;
  readonly realmSyncJobs: SectionFile;
  /** Replication jobs by `VMID-NUMBER`. */
  readonly replication: SectionFile;
  /** Version of QEMU on the nodes. */
  readonly qemu: string;
}

/** Time of the lab. Durations are simulated: at speed 10 a second takes 100 ms, at `Infinity` no time. */
export interface LabClock {
  /** Milliseconds since the epoch. */
  now(): number;
  /** Seconds since the epoch, as the API counts. */
  seconds(): number;
  /** Waits for a simulated duration in milliseconds; rejects when the signal is aborted. */
  sleep(ms: number, signal?: AbortSignal): Promise<void>;
}

/** One request after path, method, credentials, declared permissions and parameters were found good. */
export interface LabRequest {
  readonly endpoint: Endpoint;
  readonly lab: LabCore;
  /** Path, query and body parameters, checked. */
  readonly params: LabParams;
  readonly caller: Caller;
  /** The node in the path (`localhost` already replaced), else the local node. */
  readonly node: LabNode;
  /** Fails with 403 unless the caller has all of the privileges on the path. */
  readonly check: (path: string, privileges: readonly string[]) => void;
  /** Fails with 403 unless the caller has one of the privileges on the path. */
  readonly checkAny: (path: string, privileges: readonly string[]) => void;
  /** Whether the caller has all of the privileges on the path (`any`: one of them). */
  readonly may: (path: string, privileges: readonly string[], mode?: "all" | "any") => boolean;
  /** Like {@link check}, on the pool where one is given and it suffices, else on the guest. */
  readonly checkVm: (
    vmid: number,
    pool: string | undefined,
    privileges: readonly string[],
    mode?: "all" | "any",
  ) => void;
  /** Starts a task of the caller on the request's node; answers its UPID. */
  readonly task: (type: string, id: string | number, worker: TaskWorker) => string;
}

export type { TaskWorker };

/** Answers the `data`, or an {@link import("./frame/answer.ts").LabAnswer} for more than that. */
export type LabHandler = (request: LabRequest) => unknown;

/** What handlers work on and register with. */
export interface LabCore {
  readonly release: LabRelease;
  readonly state: LabState;
  readonly tasks: LabTasks;
  readonly clock: LabClock;
  readonly locks: Locks;
  readonly faults: Faults;
  readonly random: Random;
  /** Files that have come and wait for their API call, by temporary name. */
  readonly uploads: Map<string, UploadedFile>;
  /** `"POST /nodes/{node}/qemu"`; the key must be in the catalog. One handler a key. */
  route(key: string, handler: LabHandler): void;
  /**
   * Runs another handler as API code calls other API code: with this caller, without
   * permission and parameter checks. Answers its data, such as the UPID of a task.
   */
  invoke(key: string, params: Readonly<Record<string, WireValue>>, caller: Caller): Promise<unknown>;
}
