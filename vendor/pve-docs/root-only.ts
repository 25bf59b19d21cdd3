import { parsePropertyString } from "./property-string.ts";
import { keyOf } from "./risk.ts";
import type { CallParams, Endpoint, EndpointKey, ParamFault } from "./types.ts";
import { splitList } from "./wire.ts";

/** An option that Proxmox VE takes from root@pam's password login alone, never from a token. */
export interface RootOnlyRule {
  readonly endpoints: readonly EndpointKey[];
  /** Names it is about. */
  readonly params: RegExp;
  /** Decides by the value; left out: any value. */
  readonly when?: (value: string) => boolean;
  /** No value that matters passes, so input schemas leave the parameter out. */
  readonly always?: boolean;
  /** Proxmox's message; `$` stands for the parameter's name. */
  readonly message: string;
  /** File in Proxmox's sources. */
  readonly origin: string;
}

const VM = "/nodes/{node}/qemu/{vmid}" as const;
const CT = "/nodes/{node}/lxc/{vmid}" as const;
const VM_CREATE: EndpointKey = "POST /nodes/{node}/qemu";
const VM_UPDATE: readonly EndpointKey[] = [`PUT ${VM}/config`, `POST ${VM}/config`];
const VM_CONFIG: readonly EndpointKey[] = [VM_CREATE, ...VM_UPDATE];
const CT_CREATE: EndpointKey = "POST /nodes/{node}/lxc";
const CT_CONFIG: readonly EndpointKey[] = [CT_CREATE, `PUT ${CT}/config`];
const QEMU = "qemu-server, src/PVE/API2/Qemu.pm";
const LXC = "pve-container, src/PVE/LXC.pm";
const ONLY_ROOT_OPTION = "Only root may use this option.";
const ANY_PATH = "Only root can pass arbitrary filesystem paths.";

/** VM options in none of the groups that a privilege opens. */
const VM_ROOT_OPTIONS =
  /^(?:affinity|amd-sev|arch|args|hookscript|hugepages|intel-tdx|ivshmem|keephugepages|lock|parallel\d+|spice_enhancements|vmgenid)$/;

function isOn(value: string): boolean {
  return value !== "" && value !== "0" && value !== "false";
}

function fieldOf(value: string, key: string, defaultKey: string): string | undefined {
  const { fields } = parsePropertyString(value, {
    [defaultKey]: { defaultKey: true },
    volume: { alias: defaultKey },
    [key]: { defaultKey: key === defaultKey },
  });
  return fields?.[key];
}

function onlyNesting(value: string): boolean {
  return value.split(",").every((flag) => /^(?:\s*|nesting=.*)$/.test(flag));
}

function namesAny(list: string, options: RegExp): boolean {
  return splitList(list).some((name) => options.test(name));
}

/** Every entry holds for all known versions whose schema has the option. */
export const ROOT_ONLY: readonly RootOnlyRule[] = [
  {
    endpoints: [
      ...VM_CONFIG,
      `PUT ${VM}/resize`,
      `PUT ${VM}/sendkey`,
      `POST ${VM}/status/reset`,
      `POST ${VM}/status/resume`,
      `POST ${VM}/status/shutdown`,
      `POST ${VM}/status/start`,
      `POST ${VM}/status/stop`,
      `POST ${VM}/status/suspend`,
      `DELETE ${VM}`,
      `POST ${CT}/status/start`,
      `POST ${CT}/status/stop`,
    ],
    params: /^skiplock$/,
    when: isOn,
    always: true,
    message: ONLY_ROOT_OPTION,
    origin: `${QEMU}; pve-container, src/PVE/API2/LXC/Status.pm`,
  },
  {
    endpoints: [
      `POST ${VM}/status/start`,
      `POST ${VM}/status/stop`,
      `POST ${VM}/status/shutdown`,
      `POST ${VM}/status/resume`,
    ],
    params: /^(?:stateuri|migratedfrom|migration_type|migration_network|targetstorage|keepActive|nocheck)$/,
    when: isOn,
    always: true,
    message: ONLY_ROOT_OPTION,
    origin: QEMU,
  },
  {
    endpoints: [`POST ${VM}/migrate`],
    params: /^(?:force|migration_type|migration_network)$/,
    when: isOn,
    always: true,
    message: ONLY_ROOT_OPTION,
    origin: QEMU,
  },
  {
    endpoints: VM_CONFIG,
    params: VM_ROOT_OPTIONS,
    always: true,
    message: "only root can set '$' config",
    origin: QEMU,
  },
  {
    endpoints: VM_UPDATE,
    params: /^(?:delete|revert)$/,
    when: (value) => namesAny(value, VM_ROOT_OPTIONS),
    message: "only root can remove or revert options that only root can set",
    origin: QEMU,
  },
  {
    endpoints: VM_CONFIG,
    params: /^hostpci\d+$/,
    when: (value) => fieldOf(value, "host", "host") !== undefined,
    message: "only root can set '$' config for non-mapped devices",
    origin: QEMU,
  },
  {
    endpoints: VM_CONFIG,
    params: /^usb\d+$/,
    when: (value) => {
      const host = fieldOf(value, "host", "host");
      return host !== undefined && host.toLowerCase() !== "spice";
    },
    message: "only root can set '$' config for real devices",
    origin: QEMU,
  },
  {
    endpoints: [VM_CREATE],
    params: /^serial\d+$/,
    when: (value) => value !== "socket",
    message: "only root can set '$' config for real devices",
    origin: QEMU,
  },
  {
    endpoints: VM_UPDATE,
    params: /^serial\d+$/,
    when: (value) => value !== "socket",
    message: "only root can modify '$' config for real devices",
    origin: QEMU,
  },
  {
    endpoints: VM_CONFIG,
    params: /^(?:ide|sata|scsi|virtio|efidisk|tpmstate)\d+$/,
    when: (value) =>
      [fieldOf(value, "file", "file"), fieldOf(value, "import-from", "file")].some((file) =>
        file?.startsWith("/"),
      ),
    message: ANY_PATH,
    origin: "pve-storage, src/PVE/Storage.pm",
  },
  {
    endpoints: [VM_CREATE, CT_CREATE],
    params: /^(?:archive|ostemplate)$/,
    when: (value) => value === "-" || value.startsWith("/"),
    message: ANY_PATH,
    origin: "pve-storage, src/PVE/Storage.pm",
  },
  {
    endpoints: CT_CONFIG,
    params: /^(?:mp\d+|rootfs)$/,
    when: (value) => fieldOf(value, "volume", "volume")?.startsWith("/") ?? false,
    message: "mount point type bind is only allowed for root@pam",
    origin: LXC,
  },
  {
    endpoints: CT_CONFIG,
    params: /^dev\d+$/,
    always: true,
    message: "configuring device passthrough is only allowed for root@pam",
    origin: LXC,
  },
  {
    endpoints: CT_CONFIG,
    params: /^features$/,
    when: (value) => !onlyNesting(value),
    message: "changing feature flags (except nesting) is only allowed for root@pam",
    origin: LXC,
  },
  {
    endpoints: CT_CONFIG,
    params: /^hookscript$/,
    always: true,
    message: "changing the hookscript is only allowed for root@pam",
    origin: LXC,
  },
  {
    endpoints: ["POST /nodes/{node}/vzdump", "POST /cluster/backup", "PUT /cluster/backup/{id}"],
    params: /^(?:tmpdir|dumpdir|script)$/,
    always: true,
    message: "Only root may set this option.",
    origin: "pve-manager, PVE/API2/VZDump.pm and PVE/API2/Backup.pm",
  },
  {
    endpoints: [
      "POST /nodes/{node}/termproxy",
      "POST /nodes/{node}/vncshell",
      "POST /nodes/{node}/spiceshell",
    ],
    params: /^cmd$/,
    when: (value) => value !== "login",
    message: "user != root@pam",
    origin: "pve-manager, PVE/API2/Nodes.pm",
  },
];

const byEndpoint = new Map<string, RootOnlyRule[]>();
for (const rule of ROOT_ONLY) {
  for (const key of rule.endpoints) byEndpoint.set(key, [...(byEndpoint.get(key) ?? []), rule]);
}

/** Parameters of a call that only root@pam itself may give, in Proxmox's words; see {@link Catalog.rootOnly}. */
export function rootOnlyParams(endpoint: Endpoint, params: CallParams): readonly ParamFault[] {
  const faults: ParamFault[] = [];
  for (const rule of byEndpoint.get(keyOf(endpoint)) ?? []) {
    for (const [param, value] of Object.entries(params)) {
      if (value === undefined || value === null || !rule.params.test(param)) continue;
      const text = Array.isArray(value) ? value.join(",") : String(value);
      if (rule.when === undefined || rule.when(text)) {
        faults.push({ param, message: rule.message.replace("$", param) });
      }
    }
  }
  return faults;
}

/** True for parameters that no token may set to any value that matters (`net[n]` for indexed ones). */
export function isAlwaysRootOnly(endpoint: Endpoint, param: string): boolean {
  const name = param.replace("[n]", "0");
  return (byEndpoint.get(keyOf(endpoint)) ?? []).some(
    (rule) => rule.always === true && rule.params.test(name),
  );
}
