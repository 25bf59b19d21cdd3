import { createHash } from "node:crypto";
import { die, LabError } from "../errors.ts";
import { splitList } from "../frame/params.ts";
import { isDisabled, isOnNode, storageOf } from "../qemu/storage/lookup.ts";
import type { LabCore, LabRequest, LabState, LabStorage } from "../types.ts";
import { isShared } from "../volumes.ts";
import { activationFault } from "./activation.ts";
import { contentOf } from "./content-types.ts";
import { encryptionKey } from "./encryption-key.ts";
import { foldersOf } from "./paths.ts";
import { pluginFor } from "./plugins.ts";
import { changedOptions, checkRemovals, type GivenOptions, isLeftOut, newSection } from "./section.ts";

const LOCK_FILE = "file-storage_cfg";

/** `/storage`: the definitions in `storage.cfg`. */
export function registerDefinitions(lab: LabCore): void {
  const { state } = lab;
  lab.route("GET /storage", ({ params, may }) => {
    const type = params.text("type");
    return [...state.storages.values()]
      .filter((storage) => type === undefined || storage.type === type)
      .filter(({ id }) => may(`/storage/${id}`, ["Datastore.Audit", "Datastore.AllocateSpace"], "any"))
      .map((storage) => definition(state, storage));
  });
  lab.route("GET /storage/{storage}", ({ params }) =>
    definition(state, storageOf(state, params.need("storage"))),
  );
  lab.route("POST /storage", create);
  lab.route("PUT /storage/{storage}", update);
  lab.route("DELETE /storage/{storage}", remove);
}

/** Options that are numbers in answers: counts and switches. */
const NUMBERS = new Set(
  "max-protected-backups port saferemove-stepsize maxfiles create-base-path create-subdirs disable fuse krbd mkdir nocow nowritecache saferemove shared skip-cert-verification snapshot-as-volume-chain sparse tagged_only".split(
    " ",
  ),
);

function definition(state: LabState, storage: LabStorage): unknown {
  const entries = [...storage.config].map(([name, value]) => [name, answered(name, value)] as const);
  return {
    storage: storage.id,
    type: storage.type,
    ...Object.fromEntries(entries),
    content: contentOf(storage),
    ...(isShared(storage) ? { shared: 1 } : {}),
    digest: definitionsDigest(state),
  };
}

/** Folders are told one by one, as they are kept in memory; all else as the file has it. */
function answered(name: string, value: string): unknown {
  if (name === "content-dirs") return Object.fromEntries(foldersOf(value));
  return NUMBERS.has(name) ? Number(value) : value;
}

/** One digest for the file that holds all definitions. */
function definitionsDigest(state: LabState): string {
  const text = [...state.storages.values()].map(({ id, type, config }) =>
    JSON.stringify([id, type, ...[...config].sort(([a], [b]) => (a < b ? -1 : 1))]),
  );
  return createHash("sha1").update(text.join("\n")).digest("hex");
}

/** Takes the given options apart: those of the file, and those kept outside of it. */
function givenOptions({ params }: LabRequest, type: string): { plain: GivenOptions; secret: GivenOptions } {
  const { secrets } = pluginFor(type);
  const plain = new Map<string, string>();
  const secret = new Map<string, string>();
  for (const name of params.names()) {
    if (["storage", "type", "digest", "delete"].includes(name)) continue;
    (secrets.includes(name) ? secret : plain).set(name, params.need(name));
  }
  return { plain, secret };
}

async function create(request: LabRequest): Promise<unknown> {
  const { params, lab } = request;
  const { storages, localNode } = lab.state;
  const id = params.need("storage");
  const type = params.need("type");
  const { plain, secret } = givenOptions(request, type);
  const wanted = new Map(plain);
  if (!wanted.get("nodes")) wanted.delete("nodes");
  const config = newSection(id, type, wanted);
  return prefixed("create storage failed", () =>
    lab.locks.with(LOCK_FILE, () => {
      if (storages.has(id)) throw die(`storage ID '${id}' already defined`);
      const answer = keepSecrets(lab, type, config, secret, true);
      const storage: LabStorage = { id, type, config, size: sizeOf(lab.state, type, config) };
      if (!isDisabled(storage) && isOnNode(storage, localNode)) {
        const fault = activationFault(lab.state, storage);
        if (fault !== undefined) throw die(fault);
      }
      storages.set(id, storage);
      return { storage: id, type, ...answer };
    }),
  );
}

async function update(request: LabRequest): Promise<unknown> {
  const { params, lab } = request;
  const id = params.need("storage");
  const removals = splitList(params.text("delete") ?? "");
  return prefixed("update storage failed", () =>
    lab.locks.with(LOCK_FILE, () => {
      const digest = params.text("digest");
      if (digest !== undefined && digest !== "" && digest !== definitionsDigest(lab.state))
        throw die("detected modified configuration - file changed by other user? Try again.");
      const { type, config } = storageOf(lab.state, id);
      const { plain, secret } = givenOptions(request, type);
      const changed = changedOptions(type, plain);
      const kept = removals.filter((name) => !pluginFor(type).secrets.includes(name));
      checkRemovals(type, kept, changed);
      const answer = keepSecrets(lab, type, changed, secret, false);
      for (const name of removals) config.delete(name);
      for (const [name, value] of changed) {
        if (isLeftOut(name, value)) config.delete(name);
        else config.set(name, value);
      }
      if (id === "local") config.delete("nodes");
      return { storage: id, type, ...answer };
    }),
  );
}

async function remove({ params, lab }: LabRequest): Promise<null> {
  const { storages, pools, access } = lab.state;
  const id = params.need("storage");
  await prefixed("delete storage failed", () =>
    lab.locks.with(LOCK_FILE, () => {
      storageOf(lab.state, id);
      const isBase = [...storages.values()].some(({ config }) => config.get("base")?.split(":")[0] === id);
      if (isBase) throw die("can't remove storage - storage is used as base of another storage");
      const { size } = storageOf(lab.state, id);
      storages.delete(id);
      // `local` is always there: without a definition it has this one.
      if (id === "local") storages.set(id, { id, type: "dir", size, config: new Map(LOCAL) });
    }),
  );
  for (const pool of pools.values()) pool.storages.delete(id);
  for (const [key, entry] of access.acl) if (entry.path === `/storage/${id}`) access.acl.delete(key);
  access.changed();
  return null;
}

const LOCAL: readonly (readonly [string, string])[] = [
  ["path", "/var/lib/vz"],
  ["prune-backups", "keep-all=1"],
  ["content", "backup,images,iso,rootdir,snippets,vztmpl"],
];

/** What becomes of passwords and keys: they are never shown again, but for a key that was just made. */
function keepSecrets(
  lab: LabCore,
  type: string,
  config: Map<string, string>,
  secret: GivenOptions,
  isNew: boolean,
): { config?: Record<string, string> } {
  if (type === "esxi" && isNew && !secret.has("password")) throw die("missing password");
  if (type !== "pbs") return {};
  const wanted = secret.get("encryption-key");
  const key = wanted === undefined ? undefined : encryptionKey(lab, wanted);
  if (key !== undefined) config.set("encryption-key", key.fingerprint);
  if (secret.has("master-pubkey")) {
    if (!config.has("encryption-key"))
      throw die("'master-pubkey' can only be used together with 'encryption-key'");
    config.set("master-pubkey", "1");
  }
  return { config: key === undefined ? {} : { "encryption-key": key.text } };
}

const GIB = 2 ** 30;

function sizeOf(state: LabState, type: string, config: ReadonlyMap<string, string>): number {
  if (type.startsWith("lvm")) return state.outside.volumeGroups.get(config.get("vgname") ?? "")?.size ?? 0;
  if (type === "zfspool") return state.outside.zpools.get(config.get("pool")?.split("/")[0] ?? "") ?? 0;
  if (type === "dir") return state.nodes.get(state.localNode)?.rootfs ?? 0;
  return ["nfs", "cifs", "pbs"].includes(type) ? 4096 * GIB : 0;
}

async function prefixed<T>(prefix: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof LabError) throw new LabError(error.status, `${prefix}: ${error.message}`);
    throw error;
  }
}
