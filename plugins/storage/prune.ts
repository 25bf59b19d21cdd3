import {
  defineTool,
  featured,
  fromApi,
  listing,
  nodeName,
  type ParamValue,
  type PveReader,
  rest,
  type Static,
  storageName,
  Type,
} from "../../sdk/index.ts";
import { DEFINITIONS, type Place, placeOf } from "./place.ts";

const PREVIEW = "GET /nodes/{node}/storage/{storage}/prunebackups";

/** What pruning would do with a backup. */
interface Mark {
  readonly volid: string;
  readonly mark: "keep" | "remove" | "protected" | "renamed";
  readonly type?: string;
  readonly vmid?: number;
  readonly ctime: number;
}

const marks = listing({
  of: "backups",
  columns: [
    { key: "volid" },
    { key: "mark" },
    { key: "vmid", type: "integer" },
    { key: "type" },
    { key: "ctime", unit: "time", title: "taken" },
  ],
  filters: ["mark", "vmid", "type", "text"],
  counted: ["mark"],
});

const KEEP = "keep-last=3,keep-daily=7";
const NODE = Type.Optional(nodeName({ description: "Unless shared" }));

const previewInput = fromApi(PREVIEW, {
  describe: { "prune-backups": KEEP },
  extra: { storage: storageName(), node: NODE, ...marks.inputs },
});

export const prunePreview = defineTool({
  name: "proxmox_storage_prune_preview",
  title: "Show what pruning would remove",
  describe: "Backups on a storage with what pruning does to each.",
  risk: "read",
  uses: [PREVIEW, DEFINITIONS],
  input: featured(previewInput, ["storage", "node", "prune-backups"]),
  result: marks.result,
  async read(input, pve) {
    const { storage, node, "prune-backups": keep, type, vmid } = input;
    const place = await placeOf({ storage, node }, pve);
    const rows = await marksOf(place, { "prune-backups": keep, type, vmid }, pve);
    return marks.rows(
      rows.map((row) => ({ ...row })),
      viewOf(input),
    );
  },
});

type PreviewInput = Static<typeof previewInput>;

function viewOf({ filter, fields, sort, limit, cursor, artifact }: PreviewInput) {
  return { filter, fields, sort, limit, cursor, artifact };
}

/** Which backups are looked at, and what is kept of them. */
interface Selection {
  readonly "prune-backups": ParamValue;
  readonly type: ParamValue;
  readonly vmid: ParamValue;
}

function marksOf(place: Place, selection: Selection, pve: PveReader): Promise<readonly Mark[]> {
  return pve.get<readonly Mark[]>("/nodes/{node}/storage/{storage}/prunebackups", { ...place, ...selection });
}

const MOST_NAMED = 10;

export const prune = defineTool({
  name: "proxmox_storage_prune",
  title: "Prune backups",
  describe: "Deletes backups that no rule keeps, the storage's own if none is given.",
  risk: "destructive",
  uses: ["DELETE /nodes/{node}/storage/{storage}/prunebackups", PREVIEW, DEFINITIONS],
  input: fromApi("DELETE /nodes/{node}/storage/{storage}/prunebackups", {
    featured: ["prune-backups", "vmid"],
    describe: { "prune-backups": KEEP },
    extra: { storage: storageName(), node: NODE },
  }),
  async plan({ storage, node, "prune-backups": keep, type, vmid }, pve) {
    const place = await placeOf({ storage, node }, pve);
    const selection = { "prune-backups": keep, type, vmid };
    const doomed = (await marksOf(place, selection, pve)).filter(({ mark }) => mark === "remove");
    if (doomed.length === 0) return [];
    const names = doomed.slice(0, MOST_NAMED).map(({ volid }) => volid);
    const more = doomed.length > MOST_NAMED ? ` and ${doomed.length - MOST_NAMED} more` : "";
    const note = `Deletes ${doomed.length} backups for good, as of now: ${names.join(", ")}${more}.`;
    return [
      rest.delete("/nodes/{node}/storage/{storage}/prunebackups", { ...place, ...selection }, { note }),
    ];
  },
});
