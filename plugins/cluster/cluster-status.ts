import { defineTool, record, recordSchema, Type } from "../../sdk/index.ts";

interface StatusEntry {
  readonly type: string;
  readonly name: string;
  readonly nodes?: number;
  readonly quorate?: unknown;
  readonly version?: number;
  readonly nodeid?: number;
  readonly ip?: string;
  readonly online?: unknown;
  readonly local?: unknown;
  readonly level?: string;
}

export const clusterStatus = defineTool({
  name: "proxmox_cluster_status",
  title: "Membership and quorum",
  describe: "Cluster name, quorum, and each node with address and whether it is online.",
  risk: "read",
  uses: ["GET /cluster/status"],
  input: Type.Object({}),
  result: recordSchema([
    { key: "quorate", type: "boolean" },
    { key: "configVersion", type: "integer" },
    { key: "nodesOnline", type: "integer" },
    { key: "nodesTotal", type: "integer" },
    { key: "nodes", type: "array" },
  ]),
  async read(_input, pve) {
    const entries = await pve.get<readonly StatusEntry[]>("/cluster/status");
    const cluster = entries.find(({ type }) => type === "cluster");
    const nodes = entries.filter(({ type }) => type === "node");
    return record({
      title: cluster === undefined ? "Standalone node" : `Cluster ${cluster.name}`,
      fields: {
        ...(cluster === undefined ? {} : { quorate: isSet(cluster.quorate), configVersion: cluster.version }),
        nodesOnline: nodes.filter(({ online }) => isSet(online)).length,
        nodesTotal: nodes.length,
        nodes: nodes.map(({ name, nodeid, ip, online, local, level }) => ({
          node: name,
          id: nodeid,
          ip,
          online: isSet(online),
          ...(isSet(local) ? { answering: true } : {}),
          ...(level ? { subscription: level } : {}),
        })),
      },
      ...(cluster === undefined
        ? { note: "This node is in no cluster, so there is no quorum to keep." }
        : {}),
    });
  },
});

/** The API answers booleans as 0 and 1, at times as text. */
function isSet(value: unknown): boolean {
  return value === true || Number(value) === 1;
}
