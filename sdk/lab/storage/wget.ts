import { isIP } from "node:net";
import { die } from "../errors.ts";
import type { TaskHandle } from "../tasks/types.ts";
import type { LabCore, LabState } from "../types.ts";
import { type Destination, digestOf, placeFile } from "./files.ts";
import { contentDigest, type WebFile } from "./outside.ts";
import { spaceOf } from "./stats.ts";
import { verify } from "./upload.ts";

/** What asking a URL comes to. */
export type Fetched =
  | { readonly kind: "file"; readonly file: WebFile; readonly at: Endpoint }
  | { readonly kind: "missing" | "refused" | "unknown"; readonly at: Endpoint };

/** Host and port of a URL. */
export interface Endpoint {
  readonly host: string;
  readonly port: string;
  readonly address: string;
}

/** The address that every host of the simulated web has. */
const WEB_ADDRESS = "198.51.100.80";

/** Asks the simulated web: the lab never opens a connection. */
export function fetchFile(state: LabState, url: string): Fetched {
  const { web } = state.outside;
  const at = endpointOf(url);
  const file = web.get(url);
  if (file !== undefined) return { kind: "file", file, at };
  if ([...web.keys()].some((known) => endpointOf(known).host === at.host)) return { kind: "missing", at };
  return { kind: isIP(at.host) > 0 || at.host === "localhost" ? "refused" : "unknown", at };
}

function endpointOf(url: string): Endpoint {
  const [, scheme, host = "", port] =
    /^(https?):\/\/(?:[^/@]*@)?(\[[^\]]*\]|[^/:?#]*)(?::(\d+))?/.exec(url) ?? [];
  const bare = host.replace(/^\[|\]$/g, "");
  return {
    host: bare,
    port: port ?? (scheme === "https" ? "443" : "80"),
    address: isIP(bare) > 0 ? bare : bare === "localhost" ? "127.0.0.1" : WEB_ADDRESS,
  };
}

/** How to download. */
export interface DownloadOptions {
  readonly algorithm?: string | undefined;
  readonly checksum?: string | undefined;
  /** Program that decompresses what was downloaded. */
  readonly decompression?: string | undefined;
}

/** Downloads a file to its place, as the worker of a task. */
export async function download(
  lab: LabCore,
  target: Destination,
  url: string,
  options: DownloadOptions,
  task: TaskHandle,
): Promise<void> {
  const { algorithm, checksum = "" } = options;
  task.log(`downloading ${url} to ${target.path}`);
  const present = lab.state.volumes.get(target.storage, target.node, target.volid);
  if (present !== undefined) {
    if (algorithm === undefined) throw die(`refusing to override existing file '${target.path}'`);
    const got = digestOf(present, algorithm);
    if (got.toLowerCase() === checksum.toLowerCase()) {
      task.log("calculating checksum of existing file...OK, got correct file already, no need to download");
      return;
    }
    task.log("calculating checksum of existing file...");
    throw die(`checksum mismatch: got '${got}' != expect '${checksum}', aborting`);
  }
  const temporary = `${target.path}.tmp_dwnl.${lab.random.int(1000, 99_999)}`;
  const { size } = await wget(lab, target, url, temporary, task);
  const digest = algorithm === undefined ? undefined : contentDigest(url, algorithm);
  if (digest !== undefined) verify(digest, checksum, task);
  if (options.decompression !== undefined)
    task.log(`decompressing ${temporary} with ${options.decompression}`);
  const known = algorithm === undefined || digest === undefined ? [] : [[algorithm, digest] as const];
  placeFile(lab, target, { size: options.decompression === undefined ? size : size * 2 }, new Map(known));
  task.log(`download of '${url}' to '${target.path}' finished`);
}

async function wget(
  lab: LabCore,
  target: Destination,
  url: string,
  temporary: string,
  task: TaskHandle,
): Promise<WebFile> {
  const stamp = (): string => new Date(lab.clock.now()).toISOString().slice(0, 19).replace("T", " ");
  const fail = (last: string) => die(`download failed: ${last}`);
  const found = fetchFile(lab.state, url);
  const { host, port, address } = found.at;
  task.log(`--${stamp()}--  ${url}`);
  if (found.kind === "unknown") {
    task.log(`Resolving ${host} (${host})... failed: Name or service not known.`);
    throw fail(`wget: unable to resolve host address '${host}'`);
  }
  const isAddress = isIP(host) > 0;
  if (!isAddress) task.log(`Resolving ${host} (${host})... ${address}`);
  const place = isAddress ? `${host}:${port}` : `${host} (${host})|${address}|:${port}`;
  if (found.kind === "refused") throw fail(`Connecting to ${place}... failed: Connection refused.`);
  task.log(`Connecting to ${place}... connected.`);
  if (found.kind !== "file") {
    task.log("HTTP request sent, awaiting response... 404 Not Found");
    throw fail(`${stamp()} ERROR 404: Not Found.`);
  }
  const { file } = found;
  task.log("HTTP request sent, awaiting response... 200 OK");
  task.log(`Length: ${file.size} (${Math.round(file.size / 2 ** 20)}M) [${file.mimetype}]`);
  task.log(`Saving to: '${temporary}'`);
  const seconds = Math.max(1, Math.ceil(file.size / 2 ** 27));
  for (const percent of [25, 50, 75, 100]) {
    await task.takes(seconds * 250);
    task.log(
      `${String(Math.floor((file.size * percent) / 102_400)).padStart(6)}K ........ ........ ${percent}%`,
    );
  }
  if (file.size > spaceOf(lab, target.storage, target.node).avail)
    throw fail(`${temporary}: No space left on device`);
  task.log(`${stamp()} (128 MB/s) - '${temporary}' saved [${file.size}/${file.size}]`);
  return file;
}
