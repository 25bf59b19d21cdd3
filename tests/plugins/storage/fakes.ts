import type { Definition } from "../../../plugins/storage/place.ts";
import type { Volume } from "../../../plugins/storage/volumes.ts";
import { fakeNode, fakeReader, fakeVm } from "../../helpers/fake-reader.ts";

const DEFINITIONS: readonly Definition[] = [
  { storage: "local", type: "dir", content: "iso,vztmpl,backup" },
  { storage: "fast", type: "lvmthin", content: "images,rootdir", nodes: "pve1,pve2" },
  { storage: "thick", type: "lvm", content: "images,rootdir", nodes: "pve1" },
  { storage: "nas", type: "nfs", content: "iso,images,backup,vztmpl", shared: 1, path: "/mnt/pve/nas" },
  { storage: "away", type: "nfs", content: "iso", shared: 1, nodes: "pve3" },
  { storage: "off", type: "dir", content: "iso", disable: 1 },
];

const VOLUMES: readonly Volume[] = [
  { volid: "nas:iso/debian.iso", content: "iso", format: "iso", size: 2 ** 30 },
  { volid: "nas:100/vm-100-disk-0.qcow2", content: "images", format: "qcow2", size: 2 ** 33, vmid: 100 },
  { volid: "nas:100/vm-100-disk-10.qcow2", content: "images", format: "qcow2", size: 2 ** 33, vmid: 100 },
  { volid: "nas:100/vm-100-disk-2.qcow2", content: "images", format: "qcow2", size: 2 ** 33, vmid: 100 },
  {
    volid: "nas:backup/vzdump-qemu-100-2026_01_01-00_00_00.vma.zst",
    content: "backup",
    format: "vma.zst",
    size: 2 ** 33,
    vmid: 100,
    protected: 1,
    notes: "kept\n",
  },
];

/** A cluster of two online nodes and one that is away, with storages of every kind. */
export function storageReader(answers: Readonly<Record<string, unknown>> = {}) {
  return fakeReader({
    guests: [fakeVm({ vmid: 100, name: "web" })],
    nodes: [fakeNode("pve1"), fakeNode("pve2"), fakeNode("pve3", { status: "offline" })],
    storages: [
      {
        storage: "nas",
        node: "pve1",
        type: "nfs",
        status: "available",
        shared: true,
        content: ["iso", "images"],
        disk: 1,
        maxdisk: 4,
      },
    ],
    answers: {
      "GET /storage": DEFINITIONS,
      "GET /nodes/{node}/storage/{storage}/content": VOLUMES,
      "GET /nodes/{node}/storage/{storage}/status": { active: 1, total: 2 ** 40, used: 0, avail: 2 ** 34 },
      "GET /nodes/{node}/qemu/{vmid}/config": {
        scsi0: "nas:100/vm-100-disk-10.qcow2,size=8G",
        unused0: "nas:100/vm-100-disk-2.qcow2",
      },
      "GET /nodes/{node}/query-url-metadata": { size: 2 ** 30 },
      "GET /nodes/{node}/aplinfo": [{ template: "debian.tar.zst", os: "debian-13", section: "system" }],
      ...answers,
    },
  });
}
