import type { ApiRisk, EndpointKey } from "./types.ts";

/** A judgement of endpoints as such, and where it was read. */
export interface EndpointRisk {
  readonly risk: ApiRisk;
  readonly endpoints: readonly EndpointKey[];
  readonly because: string;
  /** File in Proxmox's sources. */
  readonly origin: string;
}

const NODE = "/nodes/{node}";
const VM = `${NODE}/qemu/{vmid}` as const;
const CT = `${NODE}/lxc/{vmid}` as const;

/** Endpoints that are not what their method says (unlisted: GET reads, DELETE destroys, others write). */
export const ENDPOINT_RISKS: readonly EndpointRisk[] = [
  {
    risk: "read",
    endpoints: [`POST ${VM}/agent/ping`, `POST ${VM}/agent/fsfreeze-status`],
    because: "only asks the guest agent",
    origin: "qemu-server, src/PVE/API2/Qemu/Agent.pm",
  },
  {
    risk: "escape",
    endpoints: [
      `POST ${VM}/agent/exec`,
      `GET ${VM}/agent/exec-status`,
      `GET ${VM}/agent/file-read`,
      `POST ${VM}/agent/file-write`,
      `POST ${VM}/agent/set-user-password`,
    ],
    because: "runs programs in the guest, reaches its files or takes over its accounts",
    origin: "qemu-server, src/PVE/API2/Qemu/Agent.pm",
  },
  {
    risk: "escape",
    endpoints: [`POST ${VM}/monitor`],
    because: "the QEMU monitor goes around the API's checks",
    origin: "qemu-server, src/PVE/API2/Qemu.pm",
  },
  {
    risk: "escape",
    endpoints: [
      // A ticket alone (vncproxy and its like) shows nothing yet, and takes VM.Console: it is a write.
      `GET ${VM}/vncwebsocket`,
      `PUT ${VM}/sendkey`,
      `GET ${CT}/vncwebsocket`,
    ],
    because: "input and output of the guest's console",
    origin: "qemu-server, src/PVE/API2/Qemu.pm; pve-container, src/PVE/API2/LXC.pm",
  },
  {
    risk: "escape",
    endpoints: [
      `POST ${NODE}/execute`,
      `POST ${NODE}/termproxy`,
      `POST ${NODE}/vncshell`,
      `POST ${NODE}/spiceshell`,
      `GET ${NODE}/vncwebsocket`,
    ],
    because: "a shell on the node, or any API call in one",
    origin: "pve-manager, PVE/API2/Nodes.pm",
  },
  {
    risk: "escape",
    endpoints: [
      `POST ${VM}/mtunnel`,
      `POST ${CT}/mtunnel`,
      `GET ${VM}/mtunnelwebsocket`,
      `GET ${CT}/mtunnelwebsocket`,
    ],
    because: "a tunnel for data from another cluster",
    origin: "qemu-server, src/PVE/API2/Qemu.pm; pve-container, src/PVE/API2/LXC.pm",
  },
  {
    risk: "escape",
    endpoints: [`GET ${NODE}/storage/{storage}/file-restore/download`],
    because: "hands out files of guests",
    origin: "pve-storage, src/PVE/API2/Storage/FileRestore.pm",
  },
  {
    risk: "escape",
    endpoints: ["POST /access/ticket"],
    because: "hands out a credential",
    origin: "pve-access-control, src/PVE/API2/AccessControl.pm",
  },
  {
    risk: "escape",
    endpoints: ["GET /cluster/acme/plugins", "GET /cluster/acme/plugins/{id}"],
    because: "hands out the credentials of a DNS provider",
    origin: "pve-manager, PVE/API2/ACMEPlugin.pm",
  },
  {
    risk: "destructive",
    endpoints: [
      `POST ${VM}/status/stop`,
      `POST ${VM}/status/reset`,
      `POST ${CT}/status/stop`,
      `POST ${VM}/snapshot/{snapname}/rollback`,
      `POST ${CT}/snapshot/{snapname}/rollback`,
    ],
    because: "loses what the guest has not written, or everything since the snapshot",
    origin: "qemu-server, src/PVE/API2/Qemu.pm; pve-container, src/PVE/API2/LXC",
  },
  {
    risk: "destructive",
    endpoints: [`POST ${NODE}/status`, `POST ${NODE}/stopall`, "POST /cluster/bulk-action/guest/shutdown"],
    because: "takes down many guests at once",
    origin: "pve-manager, PVE/API2/Nodes.pm and PVE/API2/Cluster/BulkAction/Guest.pm",
  },
  {
    risk: "destructive",
    endpoints: [
      `PUT ${NODE}/disks/wipedisk`,
      `POST ${NODE}/disks/initgpt`,
      `POST ${NODE}/disks/directory`,
      `POST ${NODE}/disks/lvm`,
      `POST ${NODE}/disks/lvmthin`,
      `POST ${NODE}/disks/zfs`,
      `POST ${NODE}/ceph/osd`,
    ],
    because: "overwrites a disk of the node",
    origin: "pve-storage, src/PVE/API2/Disks; pve-manager, PVE/API2/Ceph/OSD.pm",
  },
  {
    risk: "destructive",
    endpoints: [`POST ${NODE}/ceph/init`, `POST ${NODE}/ceph/stop`],
    because: "rewrites the configuration of Ceph, or stops its services",
    origin: "pve-manager, PVE/API2/Ceph.pm",
  },
  {
    risk: "destructive",
    endpoints: [`POST ${NODE}/services/{service}/stop`],
    because: "stops a service of the node, the API's own included",
    origin: "pve-manager, PVE/API2/Services.pm",
  },
  {
    risk: "destructive",
    endpoints: ["POST /cluster/config", "POST /cluster/config/join", "POST /cluster/config/nodes/{node}"],
    because: "changes cluster membership; joining replaces the node's configuration",
    origin: "pve-cluster, src/PVE/API2/ClusterConfig.pm",
  },
  {
    risk: "destructive",
    endpoints: ["POST /cluster/sdn/rollback"],
    because: "throws pending changes away",
    origin: "pve-network, src/PVE/API2/Network/SDN.pm",
  },
];

/** Commands of the generic agent endpoint; what is not here is destructive, being unknown. */
export const AGENT_COMMANDS: Readonly<Record<string, ApiRisk>> = {
  "fsfreeze-freeze": "write",
  "fsfreeze-status": "read",
  "fsfreeze-thaw": "write",
  fstrim: "write",
  "get-fsinfo": "read",
  "get-host-name": "read",
  "get-memory-block-info": "read",
  "get-memory-blocks": "read",
  "get-osinfo": "read",
  "get-time": "read",
  "get-timezone": "read",
  "get-users": "read",
  "get-vcpus": "read",
  info: "read",
  "network-get-interfaces": "read",
  ping: "read",
  shutdown: "write",
  "suspend-disk": "write",
  "suspend-hybrid": "write",
  "suspend-ram": "write",
};

/** The endpoint that {@link AGENT_COMMANDS} is about. */
export const GENERIC_AGENT: EndpointKey = `POST ${VM}/agent`;
