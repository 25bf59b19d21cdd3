import { defineTool, guestRef, record, Type } from "../../sdk/index.ts";

type Answer = Readonly<Record<string, unknown>>;

export const vmGet = defineTool({
  name: "proxmox_vm_get",
  title: "Look at a VM",
  describe:
    "One QEMU VM: present status and use of resources, and its configuration (pending changes included).",
  risk: "read",
  uses: [
    "GET /cluster/resources",
    "GET /nodes/{node}/qemu/{vmid}/config",
    "GET /nodes/{node}/qemu/{vmid}/status/current",
  ],
  input: Type.Object({ vmid: guestRef() }),
  async read({ vmid: ref }, pve) {
    const { vmid, node, name, pool, template } = await pve.guest("qemu", ref);
    const [config, current] = await Promise.all([
      pve.get<Answer>("/nodes/{node}/qemu/{vmid}/config", { node, vmid }),
      pve.get<Answer>("/nodes/{node}/qemu/{vmid}/status/current", { node, vmid }),
    ]);
    return record({
      title: `VM ${vmid} (${name}) on ${node}`,
      fields: {
        vmid,
        name,
        node,
        status: current.qmpstatus ?? current.status,
        ...(template ? { template } : {}),
        lock: current.lock,
        pool,
        tags: current.tags,
        ha: isManaged(current.ha) ? current.ha : undefined,
        uptime: current.uptime,
        cpu: current.cpu,
        cpus: current.cpus,
        mem: current.mem,
        maxmem: current.maxmem,
        maxdisk: current.maxdisk,
        agent: current.agent,
        runningMachine: current["running-machine"],
        runningQemu: current["running-qemu"],
        config,
      },
      units: { uptime: "seconds", cpu: "percent", mem: "bytes", maxmem: "bytes", maxdisk: "bytes" },
    });
  },
});

/** The API answers `{ managed: 0 }` for a VM without HA. */
function isManaged(ha: unknown): boolean {
  return typeof ha === "object" && ha !== null && "managed" in ha && Number(ha.managed) === 1;
}
