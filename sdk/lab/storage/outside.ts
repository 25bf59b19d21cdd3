import { createHash } from "node:crypto";

/** A server in the network of the cluster, with what it offers. */
export interface OutsideServer {
  /** NFS exports with the clients they are for. */
  readonly nfs?: Readonly<Record<string, string>>;
  /** SMB shares with their descriptions. */
  readonly cifs?: Readonly<Record<string, string>>;
  /** Datastores of a Proxmox Backup Server with their comments. */
  readonly pbs?: Readonly<Record<string, string>>;
  /** iSCSI targets. */
  readonly iscsi?: readonly string[];
}

/** A file on the web that nodes can download. Its content is made up: {@link contentDigest} of its URL. */
export interface WebFile {
  /** Bytes. */
  readonly size: number;
  readonly mimetype: string;
  /** The name that the server suggests, where it suggests one. */
  readonly filename?: string;
}

/** An image in a registry. */
export interface RegistryImage {
  readonly tags: readonly string[];
  /** Bytes. */
  readonly size: number;
}

/** A volume group on the disks of every node. */
export interface VolumeGroup {
  /** Bytes. */
  readonly size: number;
  readonly thinpools: readonly string[];
}

/** What a disk was made into. */
export interface DiskUse {
  readonly kind: "ext4" | "LVM" | "ZFS";
  readonly name: string;
}

/** What is around the cluster and does not come through its API. Tests may add to it. */
export interface Outside {
  /** By address and by name. */
  readonly servers: Map<string, OutsideServer>;
  /** By URL. */
  readonly web: Map<string, WebFile>;
  /** By name with its registry, without a tag. */
  readonly registry: Map<string, RegistryImage>;
  readonly volumeGroups: Map<string, VolumeGroup>;
  /** ZFS pools of every node with their sizes in bytes. */
  readonly zpools: Map<string, number>;
  /** What disks were made into, by node and device: `pve1:/dev/sdb`. */
  readonly disks: Map<string, DiskUse>;
}

const GIB = 2 ** 30;
const MIB = 2 ** 20;

const NAS: OutsideServer = {
  nfs: { "/srv/backup": "192.0.2.0/24", "/srv/proxmox": "192.0.2.0/24" },
  cifs: { backup: "Backups", media: "" },
  iscsi: ["iqn.2003-01.com.example:storage.disk1"],
};
const PBS: OutsideServer = { pbs: { main: "Backups of the cluster", archive: "" } };

const WEB: Readonly<Record<string, WebFile>> = {
  "https://cloud.debian.org/images/cloud/trixie/latest/debian-13-genericcloud-amd64.qcow2": {
    size: 412 * MIB,
    mimetype: "application/octet-stream",
  },
  "https://cdimage.debian.org/debian-cd/current/amd64/iso-cd/debian-13.1.0-amd64-netinst.iso": {
    size: 784 * MIB,
    mimetype: "application/x-iso9660-image",
  },
  "https://releases.ubuntu.com/24.04/ubuntu-24.04.3-live-server-amd64.iso": {
    size: 3227 * MIB,
    mimetype: "application/x-iso9660-image",
  },
  "https://downloads.example.com/appliance?id=7": {
    size: 96 * MIB,
    mimetype: "application/octet-stream",
    filename: "appliance.iso",
  },
};

/** The usual surroundings: a file server, a backup server, some files on the web. */
export function usualOutside(): Outside {
  return {
    servers: new Map([
      ["192.0.2.5", NAS],
      ["nas.example.com", NAS],
      ["192.0.2.6", PBS],
      ["pbs.example.com", PBS],
    ]),
    web: new Map(Object.entries(WEB)),
    registry: new Map([["docker.io/library/alpine", { tags: ["3.22", "latest"], size: 4 * MIB }]]),
    volumeGroups: new Map([["pve", { size: 900 * GIB, thinpools: ["data"] }]]),
    zpools: new Map(),
    disks: new Map(),
  };
}

/** Digest of content that is made up: repeatable, and another for every origin. */
export function contentDigest(origin: string, algorithm: string): string {
  return createHash(algorithm).update(origin).digest("hex");
}
