import { apiDefaults, defineTool, details, guestRef, haIn, Type } from "../../sdk/index.ts";

const STATUS = "GET /nodes/{node}/lxc/{vmid}/status/current";
const CONFIG_DEFAULTS = apiDefaults("PUT /nodes/{node}/lxc/{vmid}/config");
/** A container that does not run reports no load. */
const QUIET = { template: false, uptime: 0, cpu: 0, mem: 0, swap: 0, disk: 0 };

type Answer = Readonly<Record<string, unknown>>;

const container = details([
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
  { key: "swap", unit: "bytes" },
  { key: "maxswap", unit: "bytes" },
  { key: "disk", unit: "bytes" },
  { key: "maxdisk", unit: "bytes" },
  { key: "config", type: "object" },
]);

export const lxcGet = defineTool({
  name: "proxmox_lxc_get",
  title: "Look at a container",
  describe: "One LXC container: status, use of resources, configuration with pending changes.",
  risk: "read",
  uses: ["GET /cluster/resources", "GET /nodes/{node}/lxc/{vmid}/config", STATUS],
  input: Type.Object({ vmid: guestRef(), ...container.inputs }),
  result: container.result,
  async read({ vmid: ref, ...view }, pve) {
    const { vmid, node, name, pool, template } = await pve.guest("lxc", ref);
    const [config, current] = await Promise.all([
      pve.get<Answer>("/nodes/{node}/lxc/{vmid}/config", { node, vmid }),
      pve.get<Answer>("/nodes/{node}/lxc/{vmid}/status/current", { node, vmid }),
    ]);
    const fields = {
      vmid,
      name,
      node,
      status: current.status,
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
      swap: current.swap,
      maxswap: current.maxswap,
      disk: current.disk,
      maxdisk: current.maxdisk,
      config,
    };
    const title = `Container ${vmid} (${name}) on ${node}`;
    return container.record({ title, fields, defaults: { ...QUIET, config: CONFIG_DEFAULTS } }, view);
  },
});
