import { die, faultText } from "../errors.ts";
import { storageOf } from "../qemu/storage/lookup.ts";
import { activeStorage } from "../storage/activation.ts";
import { mayHold } from "../storage/content-types.ts";
import type { LabRequest, LabStorage } from "../types.ts";
import { keepsAll, parseRetention, type Retention } from "./retention.ts";
import type { BackupOptions } from "./types.ts";

const COMPRESSIONS: Readonly<Record<string, BackupOptions["compression"]>> = {
  "1": "lzo",
  lzo: "lzo",
  gzip: "gz",
  zstd: "zst",
};

/** The storage that a request backs up to; undefined where it names a directory. */
export function storageParam({ params }: LabRequest): string | undefined {
  return params.has("dumpdir") ? undefined : (params.text("storage") ?? "local");
}

/** Fills up what was asked for; fails with everything that is wrong with the target at once. */
export function backupOptions(request: LabRequest): BackupOptions {
  const { params } = request;
  const storage = target(request);
  const compression = COMPRESSIONS[params.text("compress") ?? "0"];
  const asked = params.text("prune-backups");
  const configured = storage.config.get("prune-backups");
  const most = params.integer("maxfiles");
  const retention: Retention =
    most !== undefined && asked === undefined
      ? new Map([["keep-last", most]])
      : parseRetention(asked ?? configured ?? "keep-all=1");
  return {
    storage,
    retention,
    mode: modeOf(params.text("mode")),
    compression,
    compressor: compression === undefined ? undefined : compressor(request, compression),
    // Nothing is looked for where everything is kept.
    remove: params.flag("remove", true) && !keepsAll(retention),
    notes: params.text("notes-template"),
    protected: params.flag("protected"),
    bwlimit: params.integer("bwlimit") ?? 0,
    ionice: params.integer("ionice") ?? 7,
    stopwait: params.integer("stopwait") ?? 10,
  };
}

/** (pve-manager, PVE/VZDump.pm: compressor_info) */
function compressor({ params, node }: LabRequest, extension: "lzo" | "gz" | "zst"): string {
  const half = Math.max(1, Math.floor(node.cpus / 2));
  if (extension === "lzo") return "lzop";
  if (extension === "gz") {
    const threads = params.integer("pigz") ?? 0;
    return threads > 0 ? `pigz -p ${threads === 1 ? half : threads} --rsyncable` : "gzip --rsyncable";
  }
  const threads = params.integer("zstd") ?? 1;
  return `zstd --rsyncable --threads=${threads === 0 ? half : threads}`;
}

function modeOf(text = "snapshot"): BackupOptions["mode"] {
  return text === "stop" || text === "suspend" ? text : "snapshot";
}

function target(request: LabRequest): LabStorage {
  const { params, lab, node } = request;
  const dumpdir = params.text("dumpdir");
  if (dumpdir !== undefined && params.has("storage"))
    throw die("cannot use options 'storage' and 'dumpdir' at the same time");
  if (dumpdir !== undefined) throw die(`dumpdir '${dumpdir}' does not exist`);
  const id = params.text("storage") ?? "local";
  const faults: string[] = [];
  const attempt = (prefix: string, work: () => void): void => {
    try {
      work();
    } catch (error) {
      faults.push(`${prefix}${faultText(error)}`);
    }
  };
  attempt(`could not activate storage '${id}': `, () => activeStorage(lab.state, id, node.name));
  attempt(`could not get storage information for '${id}': `, () => {
    if (!mayHold(storageOf(lab.state, id), "backup"))
      throw die(`can't use storage '${id}' for backups - wrong content type`);
  });
  const tmpdir = params.text("tmpdir");
  if (tmpdir !== undefined) faults.push(`tmpdir '${tmpdir}' does not exist`);
  if (faults.length > 0) throw die(faults.join("\n"));
  return storageOf(lab.state, id);
}
