import { nextEvent } from "../backup-jobs/calendar.ts";
import { die, paramError } from "../errors.ts";
import { checkSection, deleteFromSection, kept, sectionOptions, underLock } from "../sections.ts";
import type { LabCore, LabRequest } from "../types.ts";

const OPTIONS = sectionOptions("enabled? schedule comment? realm! scope? remove-vanished? enable-new?");
const PATH = "/cluster/jobs/realm-sync";
const CHECK = { type: "realm-sync", options: OPTIONS, without: ["id", "delete"] } as const;

/** Jobs that sync realms; none of them ever runs. (pve-access-control, src/PVE/API2/Jobs/RealmSync.pm) */
export function registerRealmSync(lab: LabCore): void {
  lab.route(`GET ${PATH}`, ({ lab: { state, clock } }) =>
    [...state.realmSyncJobs].map(([id, job]) => {
      const next = nextEvent(String(job.get("schedule")), clock.seconds());
      return { id, ...Object.fromEntries(job), ...(next === undefined ? {} : { "next-run": next }) };
    }),
  );
  lab.route(`GET ${PATH}/{id}`, ({ params, lab: { state } }) => {
    const job = state.realmSyncJobs.get(params.need("id"));
    if (job === undefined) throw noSuchJob(params.need("id"));
    return Object.fromEntries(job);
  });
  lab.route(`POST ${PATH}/{id}`, (request) => underLock(undefined, () => create(request)));
  lab.route(`PUT ${PATH}/{id}`, (request) => {
    const named = request.params.names().filter((name) => name !== "id" && name !== "delete");
    if (named.length === 0) throw die("no job options specified");
    return underLock(undefined, () => update(request));
  });
  lab.route(`DELETE ${PATH}/{id}`, ({ params, lab: { state } }) =>
    underLock(undefined, () => {
      if (!state.realmSyncJobs.delete(params.need("id"))) throw noSuchJob(params.need("id"));
      return null;
    }),
  );
}

function noSuchJob(id: string): Error {
  return paramError({ id: `No such job '${id}'` });
}

function create({ endpoint, params, lab: { state } }: LabRequest): null {
  const id = params.need("id");
  if (state.realmSyncJobs.has(id) || state.backupJobs.has(id)) throw die(`Job '${id}' already exists`);
  const job = checkSection(endpoint, params, { ...CHECK, create: true });
  const realm = params.need("realm");
  const found = state.access.realms.get(realm);
  if (found === undefined) throw paramError({ realm: `No such realm '${realm}'` });
  if (found.type !== "ldap" && found.type !== "ad")
    throw paramError({ realm: "Only LDAP/AD realms can be synced." });
  state.realmSyncJobs.set(id, kept(job));
  return null;
}

function update({ endpoint, params, lab: { state } }: LabRequest): null {
  const given = checkSection(endpoint, params, { ...CHECK, create: false });
  const job = state.realmSyncJobs.get(params.need("id"));
  if (job === undefined) throw die("no such realm-sync job");
  const changed = new Map(job);
  deleteFromSection(changed, OPTIONS, given, params.text("delete"));
  for (const [name, value] of given) changed.set(name, value);
  state.realmSyncJobs.set(params.need("id"), kept(changed));
  return null;
}
