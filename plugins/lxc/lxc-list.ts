import {
  defineTool,
  GUEST_COLUMNS,
  GUEST_FILTERS,
  guestRow,
  listing,
  Type,
  unseenIn,
} from "../../sdk/index.ts";

const containers = listing({
  of: "containers",
  columns: [...GUEST_COLUMNS, { key: "template", type: "boolean", optional: true }],
  filters: [...GUEST_FILTERS, "template"],
  counted: ["status", "node"],
});

export const lxcList = defineTool({
  name: "proxmox_lxc_list",
  title: "List containers",
  describe: "LXC containers of the cluster, templates too, counted by status and node.",
  risk: "read",
  uses: ["GET /cluster/resources"],
  input: Type.Object(containers.inputs),
  result: containers.result,
  async read(view, pve) {
    const inventory = await pve.inventory();
    const own = inventory.guests.filter(({ kind }) => kind === "lxc");
    return containers.rows(
      own.map((guest) => ({ ...guestRow(guest), template: guest.template })),
      view,
      unseenIn(inventory),
    );
  },
});
