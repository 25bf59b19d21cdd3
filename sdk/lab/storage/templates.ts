import { die, paramError } from "../errors.ts";
import { enabledStorage } from "../qemu/storage/lookup.ts";
import type { LabRequest, LabState } from "../types.ts";
import { mayHold } from "./content-types.ts";
import { destinationOf } from "./files.ts";
import { contentDigest } from "./outside.ts";
import { download } from "./wget.ts";

const BASE = "http://download.proxmox.com/images/system";
const MIB = 2 ** 20;

/** `os` and version of templates that can be downloaded, with a headline and their size in MiB. */
const SYSTEMS = [
  ["alpine", "3.22", "alpine-3.22-default_20250617_amd64.tar.xz", "LXC default image for alpine 3.22", 3],
  ["debian-12", "12.12-1", "debian-12-standard_12.12-1_amd64.tar.zst", "Debian 12 Bookworm (standard)", 121],
  ["debian-13", "13.1-2", "debian-13-standard_13.1-2_amd64.tar.zst", "Debian 13 Trixie (standard)", 123],
  [
    "rockylinux-10",
    "20251001",
    "rockylinux-10-default_20251001_amd64.tar.xz",
    "LXC default image for rockylinux 10",
    99,
  ],
  [
    "ubuntu-24.04",
    "24.04-2",
    "ubuntu-24.04-standard_24.04-2_amd64.tar.zst",
    "Ubuntu 24.04 Noble (standard)",
    135,
  ],
] as const;

/** GET the appliance templates that can be downloaded. */
export function listTemplates(): unknown {
  return SYSTEMS.map(([os, version, template, headline]) => ({
    architecture: "amd64",
    description: headline,
    headline,
    infopage: `https://linuxcontainers.org`,
    location: `${BASE}/${template}`,
    maintainer: "Proxmox Support Team <support@proxmox.com>",
    os,
    package: template.replace(/_.*$/, ""),
    section: "system",
    sha512sum: contentDigest(`${BASE}/${template}`, "sha512"),
    source: BASE,
    template,
    type: "lxc",
    version,
  }));
}

/** POST the download of an appliance template. */
export function downloadTemplate(request: LabRequest): string {
  const { params, lab, node } = request;
  const template = params.need("template");
  if (!SYSTEMS.some(([, , name]) => name === template)) throw paramError({ template: "no such template" });
  const id = params.need("storage");
  const storage = enabledStorage(lab.state, id, node.name);
  if (!mayHold(storage, "vztmpl")) throw die(`storage '${id}' does not support templates`);
  const target = destinationOf(lab, storage, node.name, "vztmpl", template);
  const url = `${BASE}/${template}`;
  const options = { algorithm: "sha512", checksum: contentDigest(url, "sha512") };
  return request.task("download", template, (task) => download(lab, target, url, options, task));
}

/** Makes the templates part of the simulated web. */
export function offerTemplates({ outside }: LabState): void {
  for (const [, , template, , mib] of SYSTEMS)
    outside.web.set(`${BASE}/${template}`, { size: mib * MIB, mimetype: "application/octet-stream" });
}
