import { defineTool, details, featured, guestRef, listing, Type } from "../../sdk/index.ts";
import { AGENT_USES, askAgent } from "./agent.ts";

interface Interface {
  readonly name: string;
  readonly "hardware-address"?: string;
  readonly "ip-addresses"?: readonly Address[];
}

interface Address {
  readonly "ip-address"?: string;
  readonly "ip-address-type"?: string;
  readonly prefix?: number;
}

const interfaces = listing({
  of: "interfaces",
  columns: [{ key: "name" }, { key: "mac" }, { key: "ipv4" }, { key: "ipv6" }],
  filters: ["name", "text"],
});

export const vmAgentInterfaces = defineTool({
  name: "proxmox_vm_agent_interfaces",
  title: "Show a VM's addresses",
  describe: "Interfaces and IP addresses of a QEMU VM, as its guest agent tells them.",
  risk: "read",
  uses: ["GET /nodes/{node}/qemu/{vmid}/agent/network-get-interfaces", ...AGENT_USES],
  input: featured(Type.Object({ vmid: guestRef(), ...interfaces.inputs }), ["vmid"]),
  result: interfaces.result,
  async read({ vmid: ref, ...view }, pve) {
    const guest = await pve.guest("qemu", ref);
    const found = await askAgent<readonly Interface[]>(guest, pve, "network-get-interfaces");
    const rows = found.map((one) => ({
      name: one.name,
      mac: one["hardware-address"],
      ipv4: addresses(one, "ipv4"),
      ipv6: addresses(one, "ipv6"),
    }));
    return interfaces.rows(rows, view);
  },
});

function addresses(one: Interface, family: "ipv4" | "ipv6"): string | undefined {
  const listed = (one["ip-addresses"] ?? [])
    .filter((address) => address["ip-address-type"] === family)
    .map((address) => `${address["ip-address"]}/${address.prefix}`);
  return listed.join(" ") || undefined;
}

const system = details([
  { key: "name" },
  { key: "version" },
  { key: "id" },
  { key: "kernel" },
  { key: "machine" },
  { key: "variant" },
]);

interface System {
  readonly id?: string;
  readonly name?: string;
  readonly "pretty-name"?: string;
  readonly version?: string;
  readonly variant?: string;
  readonly machine?: string;
  readonly "kernel-release"?: string;
}

export const vmAgentOsinfo = defineTool({
  name: "proxmox_vm_agent_osinfo",
  title: "Show a VM's operating system",
  describe: "Operating system in a QEMU VM, as its guest agent tells it.",
  risk: "read",
  uses: ["GET /nodes/{node}/qemu/{vmid}/agent/get-osinfo", ...AGENT_USES],
  input: Type.Object({ vmid: guestRef(), ...system.inputs }),
  result: system.result,
  async read({ vmid: ref, ...view }, pve) {
    const guest = await pve.guest("qemu", ref);
    const found = await askAgent<System>(guest, pve, "get-osinfo");
    const fields = {
      name: found["pretty-name"] ?? found.name,
      version: found.version,
      id: found.id,
      kernel: found["kernel-release"],
      machine: found.machine,
      variant: found.variant,
    };
    return system.record({ title: `System in VM ${guest.vmid} (${guest.name})`, fields }, view);
  },
});

interface FileSystem {
  readonly name?: string;
  readonly mountpoint?: string;
  readonly type?: string;
  readonly "total-bytes"?: number;
  readonly "used-bytes"?: number;
}

const fileSystems = listing({
  of: "file systems",
  columns: [
    { key: "mountpoint" },
    { key: "type" },
    { key: "device" },
    { key: "used", unit: "bytes" },
    { key: "total", unit: "bytes" },
    { key: "usage", unit: "percent" },
  ],
});

export const vmAgentFilesystems = defineTool({
  name: "proxmox_vm_agent_filesystems",
  title: "Show a VM's file systems",
  describe: "Mounted file systems of a QEMU VM and how full they are, as its guest agent tells them.",
  risk: "read",
  uses: ["GET /nodes/{node}/qemu/{vmid}/agent/get-fsinfo", ...AGENT_USES],
  input: featured(Type.Object({ vmid: guestRef(), ...fileSystems.inputs }), ["vmid"]),
  result: fileSystems.result,
  async read({ vmid: ref, ...view }, pve) {
    const guest = await pve.guest("qemu", ref);
    const found = await askAgent<FileSystem | readonly FileSystem[]>(guest, pve, "get-fsinfo");
    const rows = asList(found).map((one) => {
      const { "used-bytes": used, "total-bytes": total } = one;
      return {
        mountpoint: one.mountpoint,
        type: one.type,
        device: one.name,
        used,
        total,
        usage: used === undefined || !total ? undefined : used / total,
      };
    });
    return fileSystems.rows(rows, view);
  },
});

function asList<T extends object>(found: T | readonly T[]): readonly T[] {
  // Array.isArray does not narrow readonly arrays.
  return Array.isArray(found) ? (found as readonly T[]) : [found as T];
}

interface User {
  readonly user: string;
  readonly domain?: string;
  readonly "login-time"?: number;
}

const users = listing({
  of: "logged-in users",
  columns: [{ key: "user" }, { key: "domain" }, { key: "since", unit: "time" }],
  id: ["user", "domain", "since"],
});

export const vmAgentUsers = defineTool({
  name: "proxmox_vm_agent_users",
  title: "Show who is logged in to a VM",
  describe: "Users logged in to a QEMU VM, as its guest agent tells them.",
  risk: "read",
  uses: ["GET /nodes/{node}/qemu/{vmid}/agent/get-users", ...AGENT_USES],
  input: featured(Type.Object({ vmid: guestRef(), ...users.inputs }), ["vmid"]),
  result: users.result,
  async read({ vmid: ref, ...view }, pve) {
    const guest = await pve.guest("qemu", ref);
    const found = await askAgent<readonly User[]>(guest, pve, "get-users");
    const rows = found.map(({ user, domain, "login-time": since }) => ({ user, domain, since }));
    return users.rows(rows, view);
  },
});
