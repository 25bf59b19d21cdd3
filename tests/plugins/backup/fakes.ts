import type { Guest, NodeSummary, StorageSummary } from "../../../sdk/reader.ts";
import { type FakeCluster, fakeNode, fakeReader, fakeVm } from "../../helpers/fake-reader.ts";

/** A storage that takes backups, changed as given. */
export function fakeStorage(parts: Partial<StorageSummary> & { storage: string }): StorageSummary {
  return { node: "pve1", status: "available", shared: false, type: "dir", content: ["backup"], ...parts };
}

export const NODES: readonly NodeSummary[] = [
  fakeNode("pve1"),
  fakeNode("pve2"),
  fakeNode("pve3", { status: "offline" }),
];

export const GUESTS: readonly Guest[] = [
  fakeVm({ vmid: 100, name: "web", pool: "prod" }),
  fakeVm({ vmid: 101, name: "db", node: "pve2", pool: "prod/inner" }),
  fakeVm({ vmid: 102, name: "away", node: "pve3" }),
  fakeVm({ vmid: 200, name: "ct", kind: "lxc", node: "pve2" }),
];

export const STORAGES: readonly StorageSummary[] = [
  ...["pve1", "pve2"].map((node) => fakeStorage({ storage: "local", node })),
  ...["pve1", "pve2"].map((node) =>
    fakeStorage({ storage: "nfs", node, shared: true, content: ["backup", "rootdir"] }),
  ),
  fakeStorage({ storage: "thin", content: ["images"] }),
  fakeStorage({ storage: "pbs", shared: true, type: "pbs" }),
];

/** A reader over these guests, nodes and storages, with further answers. */
export function readerOf(answers: FakeCluster["answers"] = {}, parts: Omit<FakeCluster, "answers"> = {}) {
  return fakeReader({
    guests: GUESTS,
    nodes: NODES,
    storages: STORAGES,
    ...parts,
    answers: {
      "GET /cluster/nextid": ({ vmid }: { vmid?: number }) => String(vmid ?? 105),
      "GET /nodes/{node}/vzdump/defaults": ({ storage = "local" }: { storage?: string }) => ({
        storage,
        remove: 1,
        "prune-backups": storage === "nfs" ? "keep-last=3" : "keep-all=1",
      }),
      ...answers,
    },
  });
}
