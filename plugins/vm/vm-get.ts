import { apiDefaults, defineTool, details, guestRef, haIn, Type } from "../../sdk/index.ts";

const CONFIG_DEFAULTS = apiDefaults("POST /nodes/{node}/qemu/{vmid}/config");
/** A VM that does not run reports no load. */
const QUIET = { template: false, uptime: 0, cpu: 0, mem: 0, agent: 0 };

type Answer = Readonly<Record<string, unknown>>;

const vm = details([
  { key: "vmid", type: "integer" },
  { key: "name" },
  { key: "node" },
  { key: "status" },
  { key: "template", type: "boolean" },
  { key: "lock" },
  { key: "pool" },
  { key: "tags" },
  { key: "ha", type: "object" },
  { key: "uptime", unit: "seconds" },
  { key: "cpu", unit: "percent" },
  { key: "cpus", unit: "count" },
  { key: "mem", unit: "bytes" },
  { key: "maxmem", unit: "bytes" },
  { key: "maxdisk", unit: "bytes" },
  { key: "agent", type: "integer" },
  { key: "runningMachine" },
  { key: "runningQemu" },
  { key: "config", type: "object" },
]);

export const vmGet = defineTool({
  name: "proxmox_vm_get",
  title: "Look at a VM",
  describe: "One QEMU VM: status, use of resources, configuration with pending changes.",
  risk: "read",
  uses: [
    "GET /cluster/resources",
    "GET /nodes/{node}/qemu/{vmid}/config",
    "GET /nodes/{node}/qemu/{vmid}/status/current",
  ],
  input: Type.Object({ vmid: guestRef(), ...vm.inputs }),
  result: vm.result,
  async read({ vmid: ref, ...view }, pve) {
    const { vmid, node, name, pool, template } = await pve.guest("qemu", ref);
    const [config, current] = await Promise.all([
      pve.get<Answer>("/nodes/{node}/qemu/{vmid}/config", { node, vmid }),
      pve.get<Answer>("/nodes/{node}/qemu/{vmid}/status/current", { node, vmid }),
    ]);
    const fields = {
      vmid,
      name,
      node,
      status: current.qmpstatus ?? current.status,
      template,
      lock: current.lock,
      pool,
      tags: current.tags,
      ha: haIn(current.ha),
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
    };
    const title = `VM ${vmid} (${name}) on ${node}`;
    return vm.record({ title, fields, defaults: { ...QUIET, config: CONFIG_DEFAULTS } }, view);
  },
});
