import { type StepParams, ToolError } from "../../sdk/index.ts";

/** Short forms for the root file system and the usual network of a new container. */
export interface Shorthand {
  readonly diskGiB: number | undefined;
  /** `none` for no network device. */
  readonly bridge: string | undefined;
}

/** The API's parameters with the short forms written out; what is given in full stays as it is. */
export function withShorthand(params: StepParams, { diskGiB, bridge }: Shorthand): StepParams {
  return { ...params, ...rootfs(params, diskGiB), ...network(params, bridge) };
}

function rootfs(params: StepParams, diskGiB: number | undefined): StepParams {
  if (diskGiB === undefined) return {};
  if (params.rootfs !== undefined) {
    throw new ToolError({
      code: "invalid_input",
      message: "Both rootfs and diskGiB are given; diskGiB is the size of rootfs on storage.",
      next: "Give one of the two.",
    });
  }
  if (params.storage === undefined) {
    throw new ToolError({
      code: "invalid_input",
      message: "diskGiB needs a storage.",
      next: "Give storage; the operator can set a default with PROXMOX_DEFAULT_VM_STORAGE.",
    });
  }
  return { rootfs: `${String(params.storage)}:${diskGiB}` };
}

function network(params: StepParams, bridge: string | undefined): StepParams {
  const given = Object.entries(params).some(([name, value]) => /^net\d+$/.test(name) && value !== undefined);
  if (given || bridge === undefined || bridge === "none") return {};
  return { net0: `name=eth0,bridge=${bridge},ip=dhcp` };
}
