import { die } from "../errors.ts";
import { enabledStorage } from "../qemu/storage/lookup.ts";
import type { LabRequest } from "../types.ts";
import { activeStorage } from "./activation.ts";
import { mayHold } from "./content-types.ts";
import { destinationOf, type FileContent } from "./files.ts";
import { hasFiles } from "./stats.ts";
import { download, fetchFile } from "./wget.ts";

const DECOMPRESSORS: Readonly<Record<string, string>> = {
  gz: "zcat",
  lzo: "lzop -d -c",
  zst: "zstd -q -d -c",
  bz2: "bzcat -q",
};

/** POST a download from a URL. */
export function downloadUrl(request: LabRequest): string {
  const { params, lab, node } = request;
  const id = params.need("storage");
  const storage = enabledStorage(lab.state, id, node.name);
  if (!hasFiles(storage))
    throw die(`can't upload to storage type '${storage.type}', not a file based storage!`);
  const content = params.need("content") as FileContent;
  if (!mayHold(storage, content))
    throw die(`storage '${id}' is not configured for content-type '${content}'`);
  const target = destinationOf(lab, storage, node.name, content, params.need("filename"));
  activeStorage(lab.state, id, node.name);
  const compression = params.text("compression");
  const options = { algorithm: params.text("checksum-algorithm"), checksum: params.text("checksum") };
  return request.task("download", target.filename, async (task) => {
    if (compression === undefined) {
      await download(lab, target, params.need("url"), options, task);
      return;
    }
    if (content !== "iso") throw die(`decompression not supported for ${content}`);
    const decompression = DECOMPRESSORS[compression];
    if (decompression === undefined) throw die("no decompression method found");
    await download(lab, target, params.need("url"), { ...options, decompression }, task);
  });
}

/** GET size, name and type of what a URL leads to. */
export function queryUrlMetadata({ params, lab }: LabRequest): unknown {
  const url = params.need("url");
  const found = fetchFile(lab.state, url);
  const invalid = (status: string) => die(`invalid server response: '${status}'`);
  const { host, port } = found.at;
  if (found.kind === "missing") throw invalid("404 Not Found");
  if (found.kind !== "file") {
    const why = found.kind === "refused" ? "Connection refused" : "Name or service not known";
    throw invalid(`500 Can't connect to ${host}:${port} (${why})`);
  }
  const { size, mimetype } = found.file;
  const filename = found.file.filename ?? /^[^?]+\/([^?/]*)(?:\?.*)?$/.exec(url)?.[1] ?? "";
  return { ...(filename === "" ? {} : { filename }), size, mimetype };
}
