import {
  defineTool,
  featured,
  fromApi,
  guestRef,
  listing,
  needSnapshot,
  refuseTakenSnapshot,
  refuseUnableToSnapshot,
  rest,
  snapshotsOf,
  Type,
} from "../../sdk/index.ts";

const SNAPSHOTS = "GET /nodes/{node}/lxc/{vmid}/snapshot";
const FEATURE = "GET /nodes/{node}/lxc/{vmid}/feature";

const snapshots = listing({
  of: "snapshots",
  columns: [
    { key: "name" },
    { key: "snaptime", unit: "time", title: "taken" },
    { key: "parent" },
    { key: "current", type: "boolean" },
    { key: "description" },
  ],
  filters: ["name", "text"],
  sort: "snaptime",
});

export const lxcSnapshotList = defineTool({
  name: "proxmox_lxc_snapshot_list",
  title: "List a container's snapshots",
  describe: "An LXC container's snapshots, oldest first.",
  risk: "read",
  uses: [SNAPSHOTS],
  input: featured(Type.Object({ vmid: guestRef(), ...snapshots.inputs }), ["vmid"]),
  result: snapshots.result,
  async read({ vmid: ref, ...view }, pve) {
    const guest = await pve.guest("lxc", ref);
    // A container's snapshots never hold memory.
    const rows = (await snapshotsOf(guest, pve)).map(({ memory: _memory, ...snapshot }) => snapshot);
    return snapshots.rows(rows, view);
  },
});

export const lxcSnapshotCreate = defineTool({
  name: "proxmox_lxc_snapshot_create",
  title: "Take a snapshot of a container",
  describe: "Takes a snapshot of an LXC container, without its memory.",
  risk: "write",
  uses: ["POST /nodes/{node}/lxc/{vmid}/snapshot", SNAPSHOTS, FEATURE],
  input: fromApi("POST /nodes/{node}/lxc/{vmid}/snapshot", {
    without: ["node"],
    require: ["snapname"],
    extra: { vmid: guestRef() },
  }),
  async plan({ vmid: ref, snapname, description }, pve) {
    const guest = await pve.guest("lxc", ref);
    await Promise.all([
      refuseTakenSnapshot(guest, String(snapname), pve),
      refuseUnableToSnapshot(guest, "proxmox_lxc_volume_move", pve),
    ]);
    const { node, vmid } = guest;
    return [rest.post("/nodes/{node}/lxc/{vmid}/snapshot", { node, vmid, snapname, description })];
  },
});

export const lxcSnapshotRollback = defineTool({
  name: "proxmox_lxc_snapshot_rollback",
  title: "Put a container back to a snapshot",
  describe: "Stops an LXC container and puts it back to a snapshot; later changes are lost.",
  risk: "destructive",
  uses: ["POST /nodes/{node}/lxc/{vmid}/snapshot/{snapname}/rollback", SNAPSHOTS],
  input: fromApi("POST /nodes/{node}/lxc/{vmid}/snapshot/{snapname}/rollback", {
    without: ["node"],
    featured: ["snapname"],
    describe: { start: "Afterwards" },
    extra: { vmid: guestRef() },
  }),
  async plan({ vmid: ref, snapname, start }, pve) {
    const guest = await pve.guest("lxc", ref);
    await needSnapshot(guest, String(snapname), pve);
    const { node, vmid } = guest;
    return [
      rest.post(
        "/nodes/{node}/lxc/{vmid}/snapshot/{snapname}/rollback",
        { node, vmid, snapname, start },
        { settle: { kind: "guest", vmid, status: start === true ? "running" : "stopped" } },
      ),
    ];
  },
});

export const lxcSnapshotDelete = defineTool({
  name: "proxmox_lxc_snapshot_delete",
  title: "Delete a container's snapshot",
  describe: "Deletes one snapshot of an LXC container.",
  risk: "destructive",
  uses: ["DELETE /nodes/{node}/lxc/{vmid}/snapshot/{snapname}", SNAPSHOTS],
  input: fromApi("DELETE /nodes/{node}/lxc/{vmid}/snapshot/{snapname}", {
    without: ["node"],
    featured: ["snapname"],
    describe: { force: "Even where a storage fails" },
    extra: { vmid: guestRef() },
  }),
  async plan({ vmid: ref, snapname, force }, pve) {
    const guest = await pve.guest("lxc", ref);
    await needSnapshot(guest, String(snapname), pve);
    const { node, vmid } = guest;
    return [rest.delete("/nodes/{node}/lxc/{vmid}/snapshot/{snapname}", { node, vmid, snapname, force })];
  },
});
