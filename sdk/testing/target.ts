import type { ClusterAddress } from "./cluster-reader.ts";

/** A cluster that scenarios run against. */
export interface Target {
  readonly where: "lab" | "live";
  readonly address: ClusterAddress;
  /** Settings with which the server reaches it. */
  readonly env: Readonly<Record<string, string>>;
  close(): Promise<void>;
}

/** Opens a cluster in a known state: a fresh one for every scenario. */
export type OpenTarget = () => Promise<Target>;
