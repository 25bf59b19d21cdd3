import {
  defineTool,
  details,
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

const SNAPSHOTS = "GET /nodes/{node}/qemu/{vmid}/snapshot";
const FEATURE = "GET /nodes/{node}/qemu/{vmid}/feature";

const snapshots = listing({
  of: "snapshots",
  columns: [
    { key: "name" },
    { key: "snaptime", unit: "time", title: "taken" },
    { key: "parent" },
    { key: "memory", type: "boolean" },
    { key: "current", type: "boolean" },
    { key: "description" },
  ],
  filters: ["name", "text"],
  sort: "snaptime",
});

export const vmSnapshotList = defineTool({
  name: "proxmox_vm_snapshot_list",
  title: "List a VM's snapshots",
  describe: "A QEMU VM's snapshots, oldest first.",
  risk: "read",
  uses: [SNAPSHOTS],
  input: featured(Type.Object({ vmid: guestRef(), ...snapshots.inputs }), ["vmid"]),
  result: snapshots.result,
  async read({ vmid: ref, ...view }, pve) {
    const guest = await pve.guest("qemu", ref);
    return snapshots.rows(
      (await snapshotsOf(guest, pve)).map((snapshot) => ({ ...snapshot })),
      view,
    );
  },
});

const snapshotOf = details([
  { key: "snaptime", unit: "time" },
  { key: "parent" },
  { key: "memory", type: "boolean" },
  { key: "current", type: "boolean" },
  { key: "description" },
  { key: "config", type: "object" },
]);

type Config = Readonly<Record<string, unknown>>;

export const vmSnapshotGetConfig = defineTool({
  name: "proxmox_vm_snapshot_get_config",
  title: "Show the configuration in a snapshot",
  describe: "A snapshot of a QEMU VM with the configuration that it holds.",
  risk: "read",
  uses: ["GET /nodes/{node}/qemu/{vmid}/snapshot/{snapname}/config", SNAPSHOTS],
  input: Type.Object({ vmid: guestRef(), snapname: Type.String(), ...snapshotOf.inputs }),
  result: snapshotOf.result,
  async read({ vmid: ref, snapname, ...view }, pve) {
    const guest = await pve.guest("qemu", ref);
    const { node, vmid, name } = guest;
    const { snaptime, parent, memory, current, description } = await needSnapshot(guest, snapname, pve);
    const answer = await pve.get<Config>("/nodes/{node}/qemu/{vmid}/snapshot/{snapname}/config", {
      node,
      vmid,
      snapname,
    });
    const { snaptime: _time, parent: _parent, description: _description, ...config } = answer;
    const fields = { snaptime, parent, memory, current, description, config };
    return snapshotOf.record({ title: `Snapshot ${snapname} of VM ${vmid} (${name})`, fields }, view);
  },
});

export const vmSnapshotCreate = defineTool({
  name: "proxmox_vm_snapshot_create",
  title: "Take a snapshot of a VM",
  describe: "Takes a snapshot of a QEMU VM; with vmstate also of its memory.",
  risk: "write",
  uses: ["POST /nodes/{node}/qemu/{vmid}/snapshot", SNAPSHOTS, FEATURE],
  input: fromApi("POST /nodes/{node}/qemu/{vmid}/snapshot", {
    without: ["node"],
    require: ["snapname"],
    extra: { vmid: guestRef() },
  }),
  async plan({ vmid: ref, snapname, description, vmstate }, pve) {
    const guest = await pve.guest("qemu", ref);
    await Promise.all([
      refuseTakenSnapshot(guest, String(snapname), pve),
      refuseUnableToSnapshot(guest, "proxmox_vm_disk_move", pve),
    ]);
    const { node, vmid } = guest;
    return [rest.post("/nodes/{node}/qemu/{vmid}/snapshot", { node, vmid, snapname, description, vmstate })];
  },
});

export const vmSnapshotRollback = defineTool({
  name: "proxmox_vm_snapshot_rollback",
  title: "Put a VM back to a snapshot",
  describe: "Puts a QEMU VM back to a snapshot; later changes are lost. It runs on only from saved memory.",
  risk: "destructive",
  uses: ["POST /nodes/{node}/qemu/{vmid}/snapshot/{snapname}/rollback", SNAPSHOTS],
  input: fromApi("POST /nodes/{node}/qemu/{vmid}/snapshot/{snapname}/rollback", {
    without: ["node"],
    featured: ["snapname"],
    describe: { start: "Afterwards" },
    extra: { vmid: guestRef() },
  }),
  async plan({ vmid: ref, snapname, start }, pve) {
    const guest = await pve.guest("qemu", ref);
    const { memory } = await needSnapshot(guest, String(snapname), pve);
    const { node, vmid } = guest;
    return [
      rest.post(
        "/nodes/{node}/qemu/{vmid}/snapshot/{snapname}/rollback",
        { node, vmid, snapname, start },
        { settle: { kind: "guest", vmid, status: memory || start === true ? "running" : "stopped" } },
      ),
    ];
  },
});

export const vmSnapshotDelete = defineTool({
  name: "proxmox_vm_snapshot_delete",
  title: "Delete a VM's snapshot",
  describe: "Deletes one snapshot of a QEMU VM.",
  risk: "destructive",
  uses: ["DELETE /nodes/{node}/qemu/{vmid}/snapshot/{snapname}", SNAPSHOTS],
  input: fromApi("DELETE /nodes/{node}/qemu/{vmid}/snapshot/{snapname}", {
    without: ["node"],
    featured: ["snapname"],
    describe: { force: "Even where a storage fails" },
    extra: { vmid: guestRef() },
  }),
  async plan({ vmid: ref, snapname, force }, pve) {
    const guest = await pve.guest("qemu", ref);
    await needSnapshot(guest, String(snapname), pve);
    const { node, vmid } = guest;
    return [rest.delete("/nodes/{node}/qemu/{vmid}/snapshot/{snapname}", { node, vmid, snapname, force })];
  },
});
