import { Type } from "typebox";
import { listSchema, recordSchema } from "../../../sdk/result-schemas.ts";
import { list, record } from "../../../sdk/results.ts";
import { from, rest } from "../../../sdk/steps.ts";
import { defineTool } from "../../../sdk/tool.ts";

const CONFIG = "/nodes/{node}/qemu/{vmid}/config";

/** Reads a VM's configuration. */
export const getVm = defineTool({
  name: "test_vm_get",
  title: "Get",
  describe: "Reads a VM.",
  risk: "read",
  uses: [`GET ${CONFIG}`],
  input: Type.Object({ vmid: Type.Union([Type.Integer({ minimum: 100 }), Type.String({ minLength: 2 })]) }),
  result: recordSchema(),
  async read({ vmid }, pve) {
    const guest = await pve.guest("qemu", vmid);
    const config = await pve.get<Record<string, unknown>>(CONFIG, { node: guest.node, vmid: guest.vmid });
    return record({ title: `VM ${guest.vmid} (${guest.name})`, fields: config });
  },
});

/** Lists guests. */
export const listVms = defineTool({
  name: "test_vm_list",
  title: "List",
  describe: "Lists VMs.",
  risk: "read",
  uses: [],
  input: Type.Object({}),
  result: listSchema([{ key: "vmid", type: "integer" }, { key: "name" }]),
  async read(_input, pve) {
    const { guests } = await pve.inventory();
    return list({
      of: "VMs",
      columns: [{ key: "vmid" }, { key: "name" }],
      rows: guests.map(({ vmid, name }) => ({ vmid, name })),
    });
  },
});

/** Changes a VM's configuration. */
export const configVm = defineTool({
  name: "test_vm_config",
  title: "Configure",
  describe: "Changes a VM.",
  risk: "write",
  uses: [`PUT ${CONFIG}`],
  input: Type.Object({
    vmid: Type.Integer(),
    cores: Type.Optional(Type.Integer()),
    cipassword: Type.Optional(Type.String()),
    bridge: Type.Optional(Type.String({ "x-default": "bridge" })),
    args: Type.Optional(Type.String()),
    node: Type.Optional(Type.String()),
  }),
  async plan({ vmid, bridge, node, ...params }, pve) {
    const guest = await pve.guest("qemu", vmid);
    return [rest.put(CONFIG, { node: node ?? guest.node, vmid, net0: `virtio,bridge=${bridge}`, ...params })];
  },
});

/** Changes a VM's configuration in two steps. */
export const configTwice = defineTool({
  name: "test_vm_config_twice",
  title: "Configure twice",
  describe: "Changes a VM in two steps.",
  risk: "write",
  uses: [`PUT ${CONFIG}`],
  input: Type.Object({ vmid: Type.Integer() }),
  async plan({ vmid }) {
    return [
      rest.put(CONFIG, { node: "pve1", vmid, cores: 4 }),
      rest.put(CONFIG, { node: "pve1", vmid, memory: "2048" }),
    ];
  },
});

/** Starts or destroys a VM. */
export const powerVm = defineTool({
  name: "test_vm_power",
  title: "Power",
  describe: "Starts or destroys a VM.",
  risk: "destructive",
  uses: ["POST /nodes/{node}/qemu/{vmid}/status/start", "DELETE /nodes/{node}/qemu/{vmid}"],
  input: Type.Object({
    vmid: Type.Integer(),
    action: Type.Union([Type.Literal("start"), Type.Literal("destroy")]),
  }),
  async plan({ vmid, action }, pve) {
    const { node } = await pve.guest("qemu", vmid);
    return action === "start"
      ? [rest.post("/nodes/{node}/qemu/{vmid}/status/start", { node, vmid })]
      : [rest.delete("/nodes/{node}/qemu/{vmid}", { node, vmid, purge: true })];
  },
});

/** Calls any endpoint. */
export const anyCall = defineTool({
  name: "test_api_call",
  title: "Call",
  describe: "Calls any endpoint.",
  risk: "escape",
  uses: ["any"],
  input: Type.Object({
    method: Type.Union([
      Type.Literal("GET"),
      Type.Literal("POST"),
      Type.Literal("PUT"),
      Type.Literal("DELETE"),
    ]),
    path: Type.String(),
    params: Type.Optional(Type.Record(Type.String(), Type.Unknown())),
  }),
  async plan({ method, path, params = {} }) {
    // What the caller gives is checked against the catalog, not by this tool.
    return [{ via: "rest", method, path, params: params as Record<string, string> }];
  },
});

/** Clones a VM, then changes the copy. */
export const cloneVm = defineTool({
  name: "test_vm_clone",
  title: "Clone",
  describe: "Clones a VM and changes the copy.",
  risk: "write",
  uses: ["POST /nodes/{node}/qemu/{vmid}/clone", `PUT ${CONFIG}`],
  input: Type.Object({ vmid: Type.Integer(), newid: Type.Integer() }),
  async plan({ vmid, newid }) {
    return [
      rest.post("/nodes/{node}/qemu/{vmid}/clone", { node: "pve1", vmid, newid }, { id: "clone" }),
      rest.put(CONFIG, { node: "pve1", vmid: newid, description: from("clone") }),
    ];
  },
});
