import type { LabNode } from "../types.ts";

/** A PCI device as the kernel shows it. */
export interface PciDevice {
  /** `0000:01:00.0` */
  readonly path: string;
  /** Vendor and device: `10de:1db6`. */
  readonly id: string;
  readonly subsystem: string;
  readonly iommugroup: number;
}

/** A USB device. */
export interface UsbDevice {
  /** Bus and port: `1-2`. */
  readonly path: string;
  /** Vendor and product: `0951:1666`. */
  readonly id: string;
}

/** The devices that every node of a lab has. */
const PCI: readonly PciDevice[] = [
  { path: "0000:00:02.0", id: "1b36:0100", subsystem: "1af4:1100", iommugroup: 1 },
  { path: "0000:01:00.0", id: "10de:1db6", subsystem: "10de:124a", iommugroup: 12 },
  { path: "0000:01:00.1", id: "10de:10f0", subsystem: "10de:124a", iommugroup: 12 },
  { path: "0000:02:00.0", id: "8086:1572", subsystem: "8086:0001", iommugroup: 13 },
];

const USB: readonly UsbDevice[] = [
  { path: "1-1", id: "0951:1666" },
  { path: "1-2", id: "1050:0407" },
];

/** Directories of every node beside those of its storages. */
const DIRECTORIES = new Set([
  "/",
  "/etc",
  "/home",
  "/mnt",
  "/mnt/pve",
  "/opt",
  "/root",
  "/srv",
  "/tmp",
  "/var",
]);

/** PCI devices of a node. */
export function pciDevices(_node: LabNode): readonly PciDevice[] {
  return PCI;
}

/** USB devices of a node. */
export function usbDevices(_node: LabNode): readonly UsbDevice[] {
  return USB;
}

/** Whether a node has a directory of this path; `storages`: paths of the cluster's storages. */
export function hasDirectory(path: string, storages: readonly string[]): boolean {
  const wanted = path.replace(/\/+$/, "") || "/";
  return DIRECTORIES.has(wanted) || storages.some((one) => one === wanted || one.startsWith(`${wanted}/`));
}
