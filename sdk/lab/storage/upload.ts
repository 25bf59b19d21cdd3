import { die } from "../errors.ts";
import type { UploadedFile } from "../http/multipart.ts";
import { enabledStorage } from "../qemu/storage/lookup.ts";
import type { TaskHandle } from "../tasks/types.ts";
import type { LabCore, LabRequest } from "../types.ts";
import { activeStorage } from "./activation.ts";
import { mayHold } from "./content-types.ts";
import { type Destination, destinationOf, type FileContent, placeFile } from "./files.ts";
import { hasFiles, spaceOf } from "./stats.ts";

/** POST a file that has been received: a task copies it to its place. */
export function upload(request: LabRequest): string {
  const { params, lab } = request;
  const node = targetNode(request);
  const id = params.need("storage");
  const storage = enabledStorage(lab.state, id, node);
  if (!hasFiles(storage)) throw die(`can't upload to storage type '${storage.type}'`);
  const temporary = params.text("tmpfilename");
  if (temporary === undefined) throw die("missing temporary file name");
  const file = lab.uploads.get(temporary);
  if (file === undefined) throw die(`temporary file '${temporary}' does not exist`);
  const content = params.need("content") as FileContent;
  const target = destinationOf(lab, storage, node, content, params.need("filename"));
  if (!mayHold(storage, content)) throw die(`storage '${id}' does not support '${content}' content`);
  activeStorage(lab.state, id, node);
  const expected = params.text("checksum");
  return request.task("imgcopy", "", async (task) => {
    task.log(`starting file import from: ${temporary}`);
    if (params.has("checksum-algorithm")) verify(file.digest ?? "", expected ?? "", task);
    const virtualSize = checkImage(target, temporary, file, (line) => task.log(line));
    const isLocal = node === lab.state.localNode;
    task.log(`target node: ${params.need("node")}`);
    task.log(`target file: ${target.path}`);
    task.log(`file size is: ${file.size}`);
    task.log(`command: ${isLocal ? `cp -- ${temporary} ${target.path}` : scp(lab, node, temporary, target)}`);
    await task.takes(Math.ceil(file.size / 2 ** 28) * 1000);
    if (file.size > spaceOf(lab, storage, node).avail)
      throw die(`import failed: cp: error writing '${target.path}': No space left on device`);
    const algorithm = params.text("checksum-algorithm");
    const known = algorithm === undefined ? [] : [[algorithm, file.digest ?? ""] as const];
    placeFile(lab, target, { size: file.size, virtualSize }, new Map(known));
    task.log("finished file import successfully");
  });
}

/** The node in the path: an upload is taken by the node that is asked, and sent on from there. */
function targetNode({ params, lab }: LabRequest): string {
  const named = params.need("node");
  const name = named === "localhost" ? lab.state.localNode : named;
  const node = lab.state.nodes.get(name);
  if (node === undefined)
    throw die(
      `hostname lookup '${name}' failed - failed to get address info for: ${name}: Name or service not known`,
    );
  if (node.power !== "online")
    throw die(
      `can't activate storage '${params.need("storage")}' on node '${name}': command '/usr/bin/ssh -o BatchMode=yes ${node.ip} -- /usr/sbin/pvesm status --storage ${params.need("storage")}' failed: exit code 255`,
    );
  return name;
}

function scp(lab: LabCore, node: string, temporary: string, { path }: Destination): string {
  const ip = lab.state.nodes.get(node)?.ip ?? node;
  return `/usr/bin/scp -o BatchMode=yes -o HostKeyAlias=${node} -p -- ${temporary} [${ip}]:${path}`;
}

/** Fails where a file is not what was promised. */
export function verify(got: string, expected: string, task: TaskHandle): void {
  if (got.toLowerCase() === expected.toLowerCase()) {
    task.log("calculating checksum...OK, checksum verified");
    return;
  }
  task.log("calculating checksum...");
  throw die(`checksum mismatch: got '${got}' != expect '${expected}'`);
}

const TAR_MAGIC_AT = 257;

/** Looks into an image that is to be imported; answers the size of its disk where the file tells it. */
function checkImage(
  { content, format }: Destination,
  path: string,
  { sample }: UploadedFile,
  log: (line: string) => void,
): number | undefined {
  if (content !== "import" || format === "raw") return undefined;
  if (format === "ova") {
    if (sample.toString("latin1", TAR_MAGIC_AT, TAR_MAGIC_AT + 5) !== "ustar") {
      log("tar: This does not look like a tar archive");
      log("tar: Exiting with failure status due to previous errors");
      throw die(`command 'tar -t -f ${path}' failed: exit code 2`);
    }
    if (!/\.ovf\0/.test(sample.toString("latin1"))) throw die("ova archive has no .ovf file inside");
    return undefined;
  }
  const start = sample.toString("latin1", 0, 32);
  const fits = format === "qcow2" ? start.startsWith("QFI\xfb") : /^(?:KDMV|COWD|# Disk)/.test(start);
  if (!fits) throw die(`qemu-img: Could not open '${path}': Image is not in ${format} format`);
  return format === "qcow2" && sample.length >= 32 ? Number(sample.readBigUInt64BE(24)) : undefined;
}
