import { die } from "../errors.ts";
import { enabledStorage } from "../qemu/storage/lookup.ts";
import type { LabRequest, LabState } from "../types.ts";
import { activeStorage } from "./activation.ts";
import { mayHold } from "./content-types.ts";
import { destinationOf, normalizedName, placeFile } from "./files.ts";
import type { RegistryImage } from "./outside.ts";
import { hasFiles } from "./stats.ts";

/** GET the tags of an image in its registry. (pve-manager, PVE/API2/Nodes.pm: query_oci_repo_tags) */
export function queryTags({ params, lab }: LabRequest): readonly string[] {
  const reference = params.need("reference");
  const image = imageOf(lab.state, reference);
  if (image === undefined) throw die(`command 'skopeo list-tags docker://${reference}' failed: exit code 1`);
  return image.tags;
}

/** POST to fetch an image as a container template. (pve-storage, src/PVE/API2/Storage/Status.pm: oci_registry_pull) */
export function pullImage(request: LabRequest): string {
  const { params, lab, node } = request;
  const id = params.need("storage");
  const storage = enabledStorage(lab.state, id, node.name);
  if (!hasFiles(storage))
    throw die(`can't upload to storage type '${storage.type}', not a file based storage!`);
  if (!mayHold(storage, "vztmpl")) throw die(`storage '${id}' is not configured for content-type 'vztmpl'`);
  const reference = params.need("reference");
  const filename = `${normalizedName(params.text("filename") ?? reference)}.tar`;
  activeStorage(lab.state, id, node.name);
  const target = destinationOf(lab, storage, node.name, "vztmpl", filename);
  if (lab.state.volumes.get(storage, node.name, target.volid) !== undefined)
    throw die(`refusing to override existing file '${filename}'`);
  return request.task("ociregistrypull", filename, async (task) => {
    const temporary = `${target.path}.tmp.${lab.random.int(1000, 99_999)}`;
    const [, name = "", tag = ""] = /^(.*):([^:]*)$/.exec(reference) ?? [];
    const image = imageOf(lab.state, name);
    if (image?.tags.includes(tag) !== true)
      throw die(`command 'skopeo copy docker://${reference} oci-archive:${temporary}' failed: exit code 1`);
    await task.takes(Math.ceil(image.size / 2 ** 25) * 1000);
    task.log("Writing manifest to image destination");
    placeFile(lab, target, { size: image.size }, new Map());
  });
}

/** Names without a registry are those of Docker's, and without a path of its library. */
function imageOf({ outside }: LabState, name: string): RegistryImage | undefined {
  const first = name.split("/", 1)[0] ?? "";
  const hasRegistry = name.includes("/") && (/[.:]/.test(first) || first === "localhost");
  const whole = hasRegistry ? name : `docker.io/${name.includes("/") ? "" : "library/"}${name}`;
  return outside.registry.get(whole);
}
