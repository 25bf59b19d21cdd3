import { defineTool, featured, guestRef, listing, Type } from "../../sdk/index.ts";

/** An interface as the API answers it; before Proxmox VE 9 with one address of each family and no list. */
interface Interface {
  readonly name: string;
  readonly hwaddr?: string;
  readonly inet?: string;
  readonly inet6?: string;
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

export const lxcInterfaces = defineTool({
  name: "proxmox_lxc_interfaces",
  title: "Show a container's addresses",
  describe: "Interfaces and present IP addresses of a running LXC container.",
  risk: "read",
  uses: ["GET /nodes/{node}/lxc/{vmid}/interfaces"],
  input: featured(Type.Object({ vmid: guestRef(), ...interfaces.inputs }), ["vmid"]),
  result: interfaces.result,
  async read({ vmid: ref, ...view }, pve) {
    const { node, vmid, name } = await pve.guest("lxc", ref);
    const path = "/nodes/{node}/lxc/{vmid}/interfaces";
    const found = await pve.get<readonly Interface[] | null>(path, { node, vmid });
    const rows = (found ?? []).map((one) => ({
      name: one.name,
      mac: one.hwaddr,
      ipv4: addresses(one, "inet"),
      ipv6: addresses(one, "inet6"),
    }));
    const remarks = found === null ? { note: `Container ${vmid} (${name}) does not run.` } : {};
    return interfaces.rows(rows, view, remarks);
  },
});

function addresses(one: Interface, family: "inet" | "inet6"): string | undefined {
  const listed = (one["ip-addresses"] ?? [])
    .filter((address) => address["ip-address-type"] === family)
    .map((address) => `${address["ip-address"]}/${address.prefix}`);
  return listed.join(" ") || one[family];
}
