import type { LabRequest } from "../types.ts";
import { type CloudInitContext, metaData, networkData, userData } from "./cloudinit-render.ts";
import { cloudInitIsFresh, staleCloudInit } from "./cloudinit-state.ts";
import { checkLock, loadVm, lockFile } from "./guest.ts";
import { answeredValue, CLOUDINIT_OPTIONS } from "./options.ts";
import { vmidOf } from "./power.ts";

const HIDDEN = "**********";

/** GET cloudinit: values in the image, and what differs by now. */
export function pendingCloudInit(request: LabRequest): unknown {
  const guest = loadVm(request.lab, request.node.name, vmidOf(request));
  const { config } = guest;
  const { old, added } = staleCloudInit(guest);
  const show = (name: string, value: string): string | number =>
    name === "cipassword" ? HIDDEN : answeredValue(name, value);
  const rows: Record<string, unknown>[] = [];
  for (const name of [...added].sort()) {
    const value = config.get(name);
    rows.push({ key: name, ...(value === undefined ? {} : { pending: show(name, value) }) });
  }
  for (const [name, value] of config) {
    // What is off counts as not set.
    if (!CLOUDINIT_OPTIONS.has(name) || added.has(name) || value === "0") continue;
    const before = old.get(name);
    rows.push(
      before === undefined
        ? { key: name, value: show(name, value) }
        : { key: name, value: show(name, before), pending: show(name, value) },
    );
  }
  for (const name of old.keys()) if (!config.has(name)) rows.push({ key: name, delete: 1 });
  return rows;
}

/** PUT cloudinit: makes the image anew. */
export async function regenerateCloudInit(request: LabRequest): Promise<unknown> {
  const { lab, node } = request;
  const vmid = vmidOf(request);
  await lab.locks.with(lockFile(vmid), () => {
    const guest = loadVm(lab, node.name, vmid);
    checkLock(guest);
    cloudInitIsFresh(guest);
  });
  return null;
}

/** GET cloudinit/dump. */
export function dumpCloudInit(request: LabRequest): unknown {
  const { lab, node, params } = request;
  const { config, vmid } = loadVm(lab, node.name, vmidOf(request));
  const context: CloudInitContext = { vmid, node, random: lab.random };
  const type = params.need("type");
  if (type === "network") return networkData(config, context);
  if (type === "meta") return metaData(config, context);
  return userData(config, context, !request.may(`/vms/${vmid}`, ["VM.Config.Cloudinit"]));
}
