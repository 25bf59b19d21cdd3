import { die } from "../errors.ts";
import { storageResource, visibleNodes } from "../storage/stats.ts";
import type { LabCore, LabPool, LabRequest, LabState } from "../types.ts";
import { defined } from "./defined.ts";
import { guestResource } from "./guest-stats.ts";

/** `/pools`, with the older form that has the pool in the path. */
export function registerPools(lab: LabCore): void {
  lab.route("GET /pools", listPools);
  lab.route("POST /pools", createPool);
  lab.route("PUT /pools", updatePool);
  lab.route("PUT /pools/{poolid}", updatePool);
  lab.route("DELETE /pools", deletePool);
  lab.route("DELETE /pools/{poolid}", deletePool);
  lab.route("GET /pools/{poolid}", (request) => poolWithMembers(request, request.params.need("poolid")));
}

function listPools(request: LabRequest): unknown {
  const { params, lab, may, check } = request;
  const asked = params.text("poolid");
  if (asked !== undefined) {
    check(`/pool/${asked}`, ["Pool.Audit"]);
    return [poolWithMembers(request, asked)];
  }
  return [...lab.state.pools.values()]
    .sort((a, b) => (a.id < b.id ? -1 : 1))
    .filter(({ id }) => may(`/pool/${id}`, ["Pool.Audit"]))
    .map((pool) => ({ poolid: pool.id, ...comment(pool) }));
}

function poolWithMembers({ params, lab }: LabRequest, poolid: string): unknown {
  const pool = lab.state.pools.get(poolid);
  if (pool === undefined) throw die(`pool '${poolid}' does not exist`);
  const type = params.text("type");
  const guests = [...pool.guests]
    .sort((a, b) => a - b)
    .map((vmid) => lab.state.guests.get(vmid))
    .filter((guest) => guest !== undefined && (type === undefined || guest.kind === type))
    .map((guest) => {
      if (guest === undefined) return undefined;
      const { tags: _tags, hastate: _hastate, ...member } = guestResource(lab, guest, undefined);
      return member;
    });
  const storages = type === undefined || type === "storage" ? storageMembers(lab, pool) : [];
  return { poolid, ...comment(pool), members: [...guests, ...storages] };
}

function storageMembers(lab: LabCore, pool: LabPool): unknown[] {
  const found: unknown[] = [];
  for (const id of pool.storages) {
    const storage = lab.state.storages.get(id);
    if (storage === undefined) continue;
    for (const node of visibleNodes(lab.state, storage)) found.push(storageResource(lab, storage, node));
  }
  return found;
}

function createPool({ params, lab: { state } }: LabRequest): null {
  const id = params.need("poolid");
  if (state.pools.has(id)) throw die(`create pool failed: pool '${id}' already exists`);
  const parent = /^(.*)\/[^/]+$/.exec(id)?.[1];
  if (parent !== undefined && !state.pools.has(parent)) {
    throw die(`create pool failed: parent '${parent}' of pool '${id}' does not exist`);
  }
  const text = params.text("comment");
  state.pools.set(id, {
    id,
    guests: new Set(),
    storages: new Set(),
    ...(text === undefined ? {} : { comment: text }),
  });
  return null;
}

/** A member comes and goes by those who may change permissions on it; the lock around it hides the 403. */
function checkMember({ may }: LabRequest, path: string, privilege: string): void {
  const privileges = ["Permissions.Modify", privilege];
  if (may(path, privileges, "any")) return;
  throw die(`update pools failed: 403 Permission check failed (${path}, ${privileges.join("|")})`);
}

function updatePool(request: LabRequest): null {
  const { params, lab } = request;
  const { state } = lab;
  const id = params.need("poolid");
  const pool = state.pools.get(id);
  if (pool === undefined) throw die(`update pools failed: pool '${id}' does not exist`);
  const undo = undoOf(state);
  try {
    changePool(request, pool);
  } catch (error) {
    // The file is written in the end: what fails before has changed nothing.
    undo();
    throw error;
  }
  state.access.changed();
  return null;
}

function undoOf({ pools }: LabState): () => void {
  const before = [...pools.values()].map((pool) => ({
    ...{ pool, comment: pool.comment, guests: [...pool.guests], storages: [...pool.storages] },
  }));
  return () => {
    for (const { pool, comment, guests, storages } of before) {
      if (comment === undefined) delete pool.comment;
      else pool.comment = comment;
      pool.guests.clear();
      pool.storages.clear();
      for (const vmid of guests) pool.guests.add(vmid);
      for (const storage of storages) pool.storages.add(storage);
    }
  };
}

function changePool(request: LabRequest, pool: LabPool): void {
  const { params } = request;
  const text = params.text("comment");
  if (text !== undefined) pool.comment = text;
  const remove = params.flag("delete");
  for (const vmid of params.list("vms").map(Number)) {
    checkMember(request, `/vms/${vmid}`, "VM.Allocate");
    if (remove) removeGuest(pool, vmid);
    else addGuest(request, pool, vmid);
  }
  for (const storage of params.list("storage")) {
    checkMember(request, `/storage/${storage}`, "Datastore.Allocate");
    if (remove && !pool.storages.delete(storage)) {
      throw die(`update pools failed: Storage '${storage}' is not a pool member`);
    }
    if (!remove && pool.storages.has(storage)) {
      throw die(`update pools failed: Storage '${storage}' is already a pool member`);
    }
    if (!remove) pool.storages.add(storage);
  }
}

function removeGuest(pool: LabPool, vmid: number): void {
  if (!pool.guests.delete(vmid)) throw die(`update pools failed: VM ${vmid} is not a pool member`);
}

function addGuest({ params, may, lab: { state } }: LabRequest, pool: LabPool, vmid: number): void {
  if (pool.guests.has(vmid)) throw die(`update pools failed: VM ${vmid} is already a pool member`);
  const other = poolOf(state, vmid);
  if (other !== undefined && !params.flag("allow-move")) {
    throw die(
      `update pools failed: VM ${vmid} belongs already to pool '${other.id}' and 'allow-move' is not set`,
    );
  }
  if (other !== undefined && !may(`/pool/${other.id}`, ["Pool.Allocate"])) {
    throw die(`update pools failed: 403 Permission check failed (/pool/${other.id}, Pool.Allocate)`);
  }
  other?.guests.delete(vmid);
  pool.guests.add(vmid);
}

function deletePool({ params, lab: { state } }: LabRequest): null {
  const id = params.need("poolid");
  const pool = state.pools.get(id);
  if (pool === undefined) throw die(`delete pool failed: pool '${id}' does not exist`);
  const full = (what: string): Error =>
    die(`delete pool failed: pool '${id}' is not empty (contains ${what})`);
  // Members that are long gone do not count.
  for (const vmid of pool.guests) if (state.guests.has(vmid)) throw full(`VM ${vmid}`);
  for (const storage of pool.storages) if (state.storages.has(storage)) throw full(`storage '${storage}'`);
  for (const other of state.pools.keys()) if (other.startsWith(`${id}/`)) throw full(`pool '${other}'`);
  state.pools.delete(id);
  for (const [key, entry] of state.access.acl) if (entry.path === `/pool/${id}`) state.access.acl.delete(key);
  state.access.changed();
  return null;
}

/** The pool that holds a guest; a guest is in one at most. */
export function poolOf(state: LabState, vmid: number): LabPool | undefined {
  for (const pool of state.pools.values()) if (pool.guests.has(vmid)) return pool;
  return undefined;
}

/** An empty one is not kept. */
function comment(pool: LabPool): Record<string, string> {
  return defined({ comment: pool.comment });
}
