import type { Lab } from "../lab/index.ts";
import type { ClusterAddress } from "./cluster-reader.ts";

/** Where on a cluster scenarios may make guests. */
export interface Place {
  readonly node: string;
  /** Takes disks of VMs and volumes of containers. */
  readonly storage: string;
  readonly bridge: string;
  /** VMID of a template in which a guest agent starts; undefined where there is none. */
  readonly agentTemplate?: number | undefined;
  /** Takes backups, ISO images and other files; undefined where scenarios may use none for that. */
  readonly files?: string | undefined;
  /** Address of an ISO image that the node may download; undefined where it may not reach out. */
  readonly url?: string | undefined;
  /** VMIDs that are theirs alone, both ends included. */
  readonly vmids: { readonly first: number; readonly last: number };
}

/** A cluster that scenarios run against. */
export interface Target {
  readonly where: "lab" | "live";
  readonly address: ClusterAddress;
  readonly place: Place;
  /** Settings with which the server reaches it. */
  readonly env: Readonly<Record<string, string>>;
  /** Where it is simulated: what simulates it. */
  readonly lab?: Lab;
  close(): Promise<void>;
}

/** Opens a cluster in a known state: a fresh one for every scenario. */
export type OpenTarget = () => Promise<Target>;
