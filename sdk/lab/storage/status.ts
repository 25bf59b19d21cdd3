import { createHash } from "node:crypto";
import { paramError } from "../errors.ts";
import { isDisabled, isOnNode, storageOf } from "../qemu/storage/lookup.ts";
import type { LabCore, LabRequest, LabState, LabStorage } from "../types.ts";
import { isShared } from "../volumes.ts";
import { activationFault } from "./activation.ts";
import { contentOf, mayHold } from "./content-types.ts";
import { pluginFor } from "./plugins.ts";
import { isActive, spaceOf } from "./stats.ts";

const STORAGE = "/nodes/{node}/storage";

/** What a node sees of the storages. */
export function registerStatus(lab: LabCore): void {
  const { storages } = lab.state;
  lab.route(`GET ${STORAGE}`, listStatus);
  lab.route(`GET ${STORAGE}/{storage}/status`, ({ params, node }) => {
    const storage = storages.get(params.need("storage"));
    if (storage === undefined) throw paramError({ storage: "No such storage." });
    return statusOf(lab, storage, node.name);
  });
  lab.route(`GET ${STORAGE}/{storage}/identity`, ({ params, node }) => {
    const storage = storageOf(lab.state, params.need("storage"));
    return { id: identityOf(storage, node.name), type: storage.type };
  });
}

/** The same for a storage under whatever name, and on all nodes where it is shared. */
function identityOf(storage: LabStorage, node: string): string {
  const where = [...storage.config].filter(([name]) => IDENTIFYING.has(name)).sort();
  const parts = [storage.type, isShared(storage) ? "" : node, where];
  return createHash("sha256").update(JSON.stringify(parts)).digest("hex");
}

const IDENTIFYING = new Set(
  "path server export share subdir datastore namespace vgname thinpool pool portal target monhost fs-name".split(
    " ",
  ),
);

function isEnabled(storage: LabStorage, node: string): boolean {
  return !isDisabled(storage) && isOnNode(storage, node);
}

function statusOf(lab: LabCore, storage: LabStorage, node: string): Record<string, unknown> {
  const enabled = isEnabled(storage, node);
  const active = enabled && isActive(lab.state, storage);
  return {
    type: storage.type,
    content: contentOf(storage),
    enabled: enabled ? 1 : 0,
    active: active ? 1 : 0,
    shared: isShared(storage) ? 1 : 0,
    ...(active ? spaceOf(lab, storage, node) : { total: 0, used: 0, avail: 0 }),
  };
}

function listStatus({ params, lab, node, may }: LabRequest): unknown {
  const asked = params.text("storage");
  const content = params.list("content");
  const known = [...lab.state.storages.values()].filter(
    (storage) =>
      !params.has("content") ||
      (isEnabled(storage, node.name) && content.some((kind) => mayHold(storage, kind))),
  );
  if (asked !== undefined && !known.some(({ id }) => id === asked))
    throw paramError({ storage: "No such storage." });
  return known
    .filter(({ id }) => asked === undefined || id === asked)
    .filter(({ id }) => may(`/storage/${id}`, ["Datastore.Audit", "Datastore.AllocateSpace"], "any"))
    .filter((storage) => !params.flag("enabled") || !isDisabled(storage))
    .filter((storage) => isOnBoth(storage, node.name, params.text("target")))
    .map((storage) => {
      const status = statusOf(lab, storage, node.name);
      const total = Number(status.total);
      return {
        storage: storage.id,
        ...status,
        ...(total === 0 ? {} : { used_fraction: Number(status.used) / total }),
        ...(params.flag("format") && status.enabled === 1 ? formatsOf(lab.state, storage) : {}),
      };
    });
}

/** Where another node is named, the storage has to be the same on both. */
function isOnBoth(storage: LabStorage, node: string, target: string | undefined): boolean {
  if (target === undefined || target === node || target === "localhost") return true;
  return isShared(storage) && isOnNode(storage, node) && isOnNode(storage, target);
}

function formatsOf(state: LabState, storage: LabStorage): Record<string, unknown> {
  const { formats, selectExisting } = pluginFor(storage.type);
  const supported = formats ?? ["raw"];
  const wanted = storage.config.get("format") ?? "raw";
  return {
    ...(formats === undefined
      ? {}
      : { format: [Object.fromEntries(supported.map((name) => [name, 1])), "raw"] }),
    formats: { default: wanted, supported },
    ...(selectExisting && activationFault(state, storage) === undefined ? { select_existing: 1 } : {}),
  };
}
