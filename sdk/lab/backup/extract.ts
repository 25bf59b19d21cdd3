import { die } from "../errors.ts";
import { archiveOf } from "../qemu/archive.ts";
import { parseDrive, splitVolid } from "../qemu/drive.ts";
import { checkVolumeAccess } from "../qemu/storage/access.ts";
import { needVolume, storageOf } from "../qemu/storage/lookup.ts";
import { volumeName } from "../qemu/storage/names.ts";
import { activeStorage } from "../storage/activation.ts";
import { mayHold } from "../storage/content-types.ts";
import { guestTypeOf } from "../storage/entry.ts";
import { volumePath } from "../storage/paths.ts";
import type { GuestConfig, LabRequest } from "../types.ts";
import { storageParam } from "./options.ts";

/** GET the configuration in a backup, as text. */
export function extractConfig(request: LabRequest): string {
  const { params, lab, node } = request;
  const volid = params.need("volume");
  checkVolumeAccess(request, undefined, volid);
  const parts = splitVolid(volid);
  if (parts === undefined) throw die(`can't find file '${volid}'`);
  const owner = volumeName(lab.state, volid).vmid;
  request.check(`/vms/${owner ?? ""}`, ["VM.Backup"]);
  activeStorage(lab.state, parts.storage, node.name);
  const kind = guestTypeOf(volid);
  const path = volumePath(storageOf(lab.state, parts.storage), volid);
  const volume = needVolume(lab.state, node.name, volid);
  if (kind === undefined) throw die(`ERROR: couldn't determine archive info from '${path}'`);
  const archive = archiveOf(volume);
  if (archive === undefined)
    throw die(
      kind === "lxc"
        ? "ERROR: archive contains no configuration file"
        : `Failed to extract config from VMA archive: unable to read '${path}'`,
    );
  const lines = configLines(archive.config);
  if (kind === "qemu")
    for (const [name, { format }] of [...archive.disks].sort(([a], [b]) => (a < b ? -1 : 1))) {
      const device = name === "tpmstate0" ? "drive-tpmstate0-backup" : `drive-${name}`;
      const drive = parseDrive(name, archive.config.get(name) ?? "");
      const id = drive === undefined ? "" : (splitVolid(drive.file)?.storage ?? "");
      lines.push(`#qmdump#map:${name}:${device}:${id}:${format}:`);
    }
  return lines.map((line) => `${line}\n`).join("");
}

/** The lines of a configuration file: the description as comments, then the options by name. */
function configLines(config: GuestConfig): string[] {
  const description = config.get("description");
  const comments =
    description === undefined
      ? []
      : description
          .replace(/\n$/, "")
          .split("\n")
          .map((line) => `#${encoded(line)}`);
  const options = [...config]
    .filter(([name]) => name !== "description")
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, value]) => `${name}: ${value}`);
  return [...comments, ...options];
}

function encoded(text: string): string {
  return text.replace(/[^ -$&-~]/gu, (char) => encodeURIComponent(char));
}

const SYSTEM_OPTIONS = ["mailto", "tmpdir", "dumpdir", "script", "ionice"];

/** GET what a backup does where nothing else is asked for. */
export function vzdumpDefaults(request: LabRequest): unknown {
  const { params, lab, node } = request;
  const id = params.text("storage") ?? storageParam(request) ?? "local";
  request.checkAny(`/storage/${id}`, ["Datastore.Audit", "Datastore.AllocateSpace"]);
  const storage = storageOf(lab.state, id);
  if (!mayHold(storage, "backup")) throw die(`can't use storage '${id}' for backups - wrong content type`);
  const all: Record<string, unknown> = {
    ...{ all: 0, bwlimit: 0, compress: "0", ionice: 7, lockwait: 180, mailnotification: "always" },
    ...{ mode: "snapshot", "notification-mode": "auto", pigz: 0, quiet: 0, remove: 1, stdexcludes: 1 },
    ...{ stop: 0, stopwait: 10, zstd: 1, storage: id },
    "prune-backups": storage.config.get("prune-backups") ?? "keep-all=1",
    ...(storage.type === "pbs" ? {} : { dumpdir: volumePath(storage, `${id}:backup/x`).replace(/\/x$/, "") }),
  };
  if (!request.may(`/nodes/${node.name}`, ["Sys.Audit"])) for (const name of SYSTEM_OPTIONS) delete all[name];
  return all;
}
