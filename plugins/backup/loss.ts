import { type Guest, type GuestKind, type PveReader, ToolError } from "../../sdk/index.ts";
import type { ArchiveConfig } from "./archive-config.ts";
import { isOn } from "./job.ts";

type Config = Readonly<Record<string, unknown>>;

/** What is read of a guest that is to be overwritten; for `uses`. */
export function presentReads(kind: GuestKind): readonly [string, string] {
  return [`GET /nodes/{node}/${kind}/{vmid}/config`, `GET /nodes/{node}/${kind}/{vmid}/status/current`];
}

/**
 * What overwriting a guest destroys and keeps, in words. Fails with `conflict` where it runs, is protected or
 * is locked.
 */
export async function lossOf(guest: Guest, backup: ArchiveConfig, pve: PveReader): Promise<string> {
  const { kind, node, vmid } = guest;
  const [config, { status }] = await Promise.all([
    pve.get<Config>(`/nodes/{node}/${kind}/{vmid}/config`, { node, vmid, current: true }),
    pve.get<{ status?: string }>(`/nodes/{node}/${kind}/{vmid}/status/current`, { node, vmid }),
  ]);
  refuse(guest, config, status);
  const { destroyed, kept } = kind === "qemu" ? vmVolumes(vmid, config, backup) : lxcVolumes(vmid, config);
  return [
    destroyed.length === 0 ? "destroys no volume" : `destroys ${destroyed.join(", ")}`,
    ...(kept.length === 0 ? [] : [`keeps ${kept.join(", ")} as unused`]),
    "its present configuration and snapshots are lost",
  ].join("; ");
}

function refuse({ kind, vmid, name }: Guest, config: Config, status: string | undefined): void {
  const tool = kind === "qemu" ? "proxmox_vm" : "proxmox_lxc";
  const fault =
    status === "running"
      ? { is: "is running", next: `Shut it down first with ${tool}_action.` }
      : isOn(config.protection)
        ? { is: "is protected", next: `Turn protection off first with ${tool}_update_config.` }
        : config.lock !== undefined
          ? { is: `is locked (${String(config.lock)})`, next: "Wait until its task has ended." }
          : undefined;
  if (fault === undefined) return;
  throw new ToolError({
    code: "conflict",
    message: `${kind === "qemu" ? "VM" : "Container"} ${vmid} (${name}) ${fault.is} and cannot be overwritten.`,
    next: fault.next,
  });
}

interface Volumes {
  readonly destroyed: readonly string[];
  readonly kept: readonly string[];
}

const DRIVE = /^(?:(?:ide|sata|scsi|virtio)\d+|efidisk0|tpmstate0)$/;

/** A VM loses the drives that the backup brings again; others stay, unused (qemu-server, src/PVE/QemuServer.pm). */
function vmVolumes(vmid: number, config: Config, { options, drives }: ArchiveConfig): Volumes {
  const brought = new Set([
    ...drives,
    ...Object.keys(options).filter((key) => DRIVE.test(key) && isBrought(options[key] ?? "", drives)),
  ]);
  const own = Object.entries(config)
    .filter(([key]) => DRIVE.test(key))
    .map(([key, value]) => ({ key, volid: volidOf(value) }))
    .filter(({ volid }) => isOwn(volid, vmid));
  return {
    destroyed: own.filter(({ key }) => brought.has(key)).map(({ volid }) => volid),
    kept: own.filter(({ key }) => !brought.has(key)).map(({ volid }) => volid),
  };
}

/** Where the backup's header names no drives, all count that it could hold; cloud-init drives are made anew. */
function isBrought(value: string, drives: readonly string[]): boolean {
  if (/cloudinit/.test(value)) return true;
  return drives.length === 0 && !/media=cdrom|backup=(?:0|no)/.test(value);
}

/** A container loses all its own volumes, the unused ones too (pve-container, src/PVE/API2/LXC.pm). */
function lxcVolumes(vmid: number, config: Config): Volumes {
  const own = Object.entries(config)
    .filter(([key]) => /^(?:rootfs|mp\d+|unused\d+)$/.test(key))
    .map(([, value]) => volidOf(value))
    .filter((volid) => isOwn(volid, vmid));
  return { destroyed: own, kept: [] };
}

function volidOf(value: unknown): string {
  return (
    String(value)
      .split(",")[0]
      ?.replace(/^(?:file|volume)=/, "") ?? ""
  );
}

function isOwn(volid: string, vmid: number): boolean {
  return volid.includes(":") && new RegExp(`\\b(?:vm|base|subvol|basevol)-${vmid}-`).test(volid);
}
