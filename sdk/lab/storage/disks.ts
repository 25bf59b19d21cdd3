import type { LabCore, LabNode, LabRequest, LabState } from "../types.ts";

const DISKS = "/nodes/{node}/disks";
const GIB = 2 ** 30;

/** The disks of a node: one that the system is on, and one that nothing uses at first. */
export function registerDisks(lab: LabCore): void {
  const { state } = lab;
  lab.route(`GET ${DISKS}/list`, listDisks);
  lab.route(`GET ${DISKS}/lvm`, () => ({ leaf: 0, children: groupsOf(state) }));
  lab.route(`GET ${DISKS}/lvmthin`, () => thinpoolsOf(state));
  lab.route(`GET ${DISKS}/directory`, ({ node }) =>
    [...state.outside.disks]
      .filter(([key, { kind }]) => kind === "ext4" && key.startsWith(`${node.name}:`))
      .map(([key, { name }]) => ({
        ...{ path: `/mnt/pve/${name}`, device: key.replace(/^.*?:/, ""), type: "ext4", options: "defaults" },
        unitfile: `/etc/systemd/system/mnt-pve-${name}.mount`,
      })),
  );
  lab.route(`GET ${DISKS}/zfs`, () =>
    [...state.outside.zpools].map(([name, size]) => ({
      ...{ name, size, alloc: 0, free: size, frag: 0, dedup: 1, health: "ONLINE" },
    })),
  );
}

/** A disk of a node. Size in bytes. */
export interface Disk {
  readonly device: string;
  readonly size: number;
  /** What is on it; undefined where nothing is. */
  readonly used: string | undefined;
}

/** The disks of a node, with what uses them now. */
export function disksOf(state: LabState, node: LabNode): readonly Disk[] {
  const group = state.outside.volumeGroups.get("pve");
  return [
    { device: "sda", size: node.rootfs + (group?.size ?? 0), used: group === undefined ? "ext4" : "LVM" },
    { device: "sdb", size: 480 * GIB, used: state.outside.disks.get(`${node.name}:/dev/sdb`)?.kind },
  ];
}

function listDisks({ params, lab, node }: LabRequest): unknown {
  const unusedOnly = params.text("type") === "unused";
  const asked = params.text("disk");
  return disksOf(lab.state, node)
    .filter(({ used }) => !unusedOnly || used === undefined)
    .filter(({ device }) => asked === undefined || asked === `/dev/${device}`)
    .map(({ device, size, used }) => {
      const serial = `LAB${node.nodeid}${device.toUpperCase()}`;
      return {
        by_id_link: `/dev/disk/by-id/ata-LAB_DISK_${serial}`,
        devpath: `/dev/${device}`,
        gpt: used === undefined ? 0 : 1,
        health: params.flag("skipsmart") ? "UNKNOWN" : "PASSED",
        model: "LAB_DISK",
        osdid: -1,
        "osdid-list": null,
        rpm: 0,
        serial,
        size,
        type: "ssd",
        vendor: "ATA     ",
        wearout: params.flag("skipsmart") ? "N/A" : 100,
        wwn: "unknown",
        ...(used === undefined ? {} : { used }),
      };
    });
}

function groupsOf(state: LabState): unknown[] {
  return [...state.outside.volumeGroups].map(([name, { size, thinpools }]) => ({
    ...{ name, size, free: Math.floor(size / 64), lvcount: 2 + thinpools.length, leaf: 0 },
    children: [{ name: "/dev/sda3", size, free: Math.floor(size / 64), leaf: 1 }],
  }));
}

function thinpoolsOf(state: LabState): unknown[] {
  return [...state.outside.volumeGroups].flatMap(([vg, { size, thinpools }]) =>
    thinpools.map((lv) => ({
      ...{ lv, vg, lv_size: Math.floor(size * 0.9), used: 0 },
      ...{ metadata_size: Math.floor(size / 64), metadata_used: 0 },
    })),
  );
}
