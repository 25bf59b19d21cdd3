import { defineTool, featured, listing, Type } from "../../sdk/index.ts";

interface Entry {
  readonly uid?: number | string;
  readonly time: number;
  readonly node: string;
  readonly pid?: number;
  readonly user?: string;
  readonly tag?: string;
  readonly pri?: number;
  readonly msg?: string;
}

/** Names of syslog's priorities, from the highest. */
const PRIORITIES = ["emerg", "alert", "crit", "err", "warning", "notice", "info", "debug"] as const;

/** Entries that are read where the caller does not say; the API's own default is 50. */
const READ = 500;

const log = listing({
  of: "log entries",
  columns: [
    { key: "time", unit: "time" },
    { key: "node" },
    { key: "user" },
    { key: "priority" },
    { key: "msg", title: "message" },
    { key: "tag", optional: true },
    { key: "pid", type: "integer", optional: true },
  ],
  filters: ["node", "user", "priority", "text"],
  counted: ["priority"],
  id: ["node", "uid"],
  sort: "-time",
});

export const clusterLog = defineTool({
  name: "proxmox_cluster_log",
  title: "Cluster log",
  describe: "What the nodes logged lately: tasks, sign-ins, changes of the cluster.",
  risk: "read",
  uses: ["GET /cluster/log"],
  input: featured(
    Type.Object({
      max: Type.Optional(Type.Integer({ minimum: 1, maximum: 5_000, description: "Entries read" })),
      ...log.inputs,
    }),
    ["filter"],
  ),
  result: log.result,
  async read({ max = READ, ...view }, pve) {
    const entries = await pve.get<readonly Entry[]>("/cluster/log", { max });
    const rows = entries.map(({ uid, time, node, pid, user, tag, pri, msg }) => ({
      ...{ uid, time, node, pid, user, tag, msg },
      priority: pri === undefined ? undefined : PRIORITIES[pri],
    }));
    return log.rows(rows, view);
  },
});
