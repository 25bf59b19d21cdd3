import { type StepParams, ToolError } from "../../sdk/index.ts";

/** Short forms for the usual disk and network of a new VM. */
export interface Shorthand {
  readonly diskGiB: number | undefined;
  readonly diskStorage: string | undefined;
  /** `none` for no network device. */
  readonly bridge: string | undefined;
}

/** The API's parameters with the short forms written out; what is given in full stays as it is. */
export function withShorthand(params: StepParams, { diskGiB, diskStorage, bridge }: Shorthand): StepParams {
  return { ...params, ...disk(params, diskGiB, diskStorage), ...network(params, bridge) };
}

function disk(params: StepParams, diskGiB: number | undefined, diskStorage: string | undefined): StepParams {
  if (diskGiB === undefined) return {};
  if (params.scsi0 !== undefined) {
    throw new ToolError({
      code: "invalid_input",
      message: "Both scsi0 and diskGiB are given; diskGiB makes the disk scsi0.",
      next: "Give one of the two.",
    });
  }
  if (diskStorage === undefined) {
    throw new ToolError({
      code: "invalid_input",
      message: "diskGiB needs a storage.",
      next: "Give diskStorage; the operator can set a default with PROXMOX_DEFAULT_VM_STORAGE.",
    });
  }
  // The API's own default controller is an old LSI model that Windows and newer systems lack drivers for.
  return { scsi0: `${diskStorage}:${diskGiB}`, scsihw: params.scsihw ?? "virtio-scsi-single" };
}

function network(params: StepParams, bridge: string | undefined): StepParams {
  const given = Object.entries(params).some(([name, value]) => /^net\d+$/.test(name) && value !== undefined);
  return given || bridge === undefined || bridge === "none" ? {} : { net0: `virtio,bridge=${bridge}` };
}
