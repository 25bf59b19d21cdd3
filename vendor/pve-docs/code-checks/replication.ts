import type { CheckedEndpoints, CodeCheck } from "./types.ts";

const CONFIG = "pve-manager, PVE/API2/ReplicationConfig.pm";
const STATUS = "pve-manager, PVE/API2/Replication.pm";

/** The guest that a job's ID begins with. */
const OF_GUEST = {
  path: "/vms/{vmid}",
  params: ["id"],
  from: (id: string) => [{ vmid: id.split("-")[0] ?? id }],
} as const;

const AUDITS: CodeCheck = { ...OF_GUEST, privileges: ["VM.Audit"] };

/** Older releases declare Datastore.Allocate on `/storage` instead. */
const REPLICATES: CodeCheck = { ...OF_GUEST, privileges: ["VM.Replicate"], since: "9.2" };

/** Replication jobs. */
export const REPLICATION_CHECKS: readonly CheckedEndpoints[] = [
  {
    endpoints: ["GET /cluster/replication", "GET /nodes/{node}/replication"],
    origin: CONFIG,
    checks: [
      { privileges: ["VM.Audit"], path: "/vms/{vmid}", condition: "of each job's guest", hides: true },
    ],
  },
  { endpoints: ["GET /cluster/replication/{id}"], origin: CONFIG, checks: [AUDITS] },
  {
    endpoints: ["GET /nodes/{node}/replication/{id}/status", "GET /nodes/{node}/replication/{id}/log"],
    origin: STATUS,
    checks: [AUDITS],
  },
  {
    endpoints: [
      "POST /cluster/replication",
      "PUT /cluster/replication/{id}",
      "DELETE /cluster/replication/{id}",
    ],
    origin: CONFIG,
    checks: [REPLICATES],
  },
  { endpoints: ["POST /nodes/{node}/replication/{id}/schedule_now"], origin: STATUS, checks: [REPLICATES] },
];
