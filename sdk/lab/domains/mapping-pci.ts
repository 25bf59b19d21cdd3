import { createHash } from "node:crypto";
import { die } from "../errors.ts";
import type { LabCore, LabRequest } from "../types.ts";

/** A mapping as `/etc/pve/mapping/pci.cfg` has it. */
interface Mapping {
  description: string | undefined;
  map: readonly string[];
  mdev: boolean;
  live: boolean;
}

const LIST = "/cluster/mapping/pci";
const ANY = ["Mapping.Use", "Mapping.Modify", "Mapping.Audit"];

/** Mappings of PCI devices. (pve-manager, PVE/API2/Cluster/Mapping/PCI.pm) */
export function registerPciMappings(lab: LabCore): void {
  if (lab.release.major < 8) return;
  const all = new Map<string, Mapping>();
  lab.route(`GET ${LIST}`, ({ may }) =>
    [...all]
      .filter(([id]) => may(`/mapping/pci/${id}`, ANY, "any"))
      .map(([id, mapping]) => ({ id, type: "pci", ...shown(mapping), digest: digestOf(all) })),
  );
  lab.route(`POST ${LIST}`, (request) => {
    const id = request.params.need("id");
    if (all.has(id)) throw die(`mapping '${id}' already exists`);
    all.set(id, given(request, { description: undefined, map: [], mdev: false, live: false }));
    return null;
  });
  lab.route(`GET ${LIST}/{id}`, ({ params }) => ({
    ...shown(need(all, params.need("id"))),
    digest: digestOf(all),
  }));
  lab.route(`PUT ${LIST}/{id}`, (request) => {
    const id = request.params.need("id");
    const present = need(all, id);
    checkDigest(request, all);
    const changed = given(request, present);
    for (const name of request.params.list("delete")) {
      if (name === "description") changed.description = undefined;
      if (name === "mdev") changed.mdev = false;
      if (name === "live-migration-capable") changed.live = false;
    }
    all.set(id, changed);
    return null;
  });
  lab.route(`DELETE ${LIST}/{id}`, ({ params }) => {
    all.delete(params.need("id"));
    return null;
  });
}

function given({ params }: LabRequest, present: Mapping): Mapping {
  return {
    description: params.text("description") ?? present.description,
    map: params.has("map") ? params.array("map") : present.map,
    mdev: params.flag("mdev", present.mdev),
    live: params.flag("live-migration-capable", present.live),
  };
}

function shown({ description, map, mdev, live }: Mapping): Record<string, unknown> {
  return {
    map,
    ...(description === undefined ? {} : { description }),
    ...(mdev ? { mdev: 1 } : {}),
    ...(live ? { "live-migration-capable": 1 } : {}),
  };
}

function need(all: ReadonlyMap<string, Mapping>, id: string): Mapping {
  const found = all.get(id);
  if (found === undefined) throw die(`no such resource '${id}'`);
  return found;
}

function digestOf(all: ReadonlyMap<string, Mapping>): string {
  return createHash("sha1")
    .update(JSON.stringify([...all]))
    .digest("hex");
}

function checkDigest({ params }: LabRequest, all: ReadonlyMap<string, Mapping>): void {
  const digest = params.text("digest");
  if (digest !== undefined && digest !== digestOf(all))
    throw die("detected modified configuration - file changed by other user? Try again.");
}
