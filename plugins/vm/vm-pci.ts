import {
  cli,
  defineTool,
  featured,
  type Guest,
  guestRef,
  type PveReader,
  rest,
  type Step,
  type StepParams,
  ToolError,
  Type,
} from "../../sdk/index.ts";
import { CONFIG, type Config, configOf } from "./disks.ts";

const MAPPING = "GET /cluster/mapping/pci/{id}";
/** What the API takes from no token goes by the node's own command line. */
const ON_THE_NODE = { use: "cli:qm set", optional: true } as const;
const SLOTS = 16;
/** One device, or several joined by `;`. (qemu-server, src/PVE/QemuServer/PCI.pm) */
const ONE = "(?:[0-9a-fA-F]{4,8}:)?[0-9a-fA-F]{2}:[0-9a-fA-F]{2}(?:\\.[0-9a-fA-F])?";
const ADDRESS = `^${ONE}(?:;${ONE})*$`;
const NO_COMMA = "^[^,]+$";
const slot = () =>
  Type.Optional(Type.Integer({ minimum: 0, maximum: SLOTS - 1, description: "N of hostpciN" }));

export const vmPciAttach = defineTool({
  name: "proxmox_vm_pci_attach",
  title: "Give a VM a PCI device",
  describe: "Passes a PCI device to a QEMU VM by its mapping; it is there from the next start on.",
  risk: "write",
  uses: ["POST /nodes/{node}/qemu/{vmid}/config", CONFIG, MAPPING, ON_THE_NODE],
  input: featured(
    Type.Object({
      vmid: guestRef(),
      mapping: Type.Optional(Type.String({ pattern: NO_COMMA })),
      host: Type.Optional(
        Type.String({
          pattern: ADDRESS,
          description: "Raw address 0000:01:00.0: by SSH, or root@pam's password",
        }),
      ),
      slot: slot(),
      pcie: Type.Optional(Type.Boolean({ description: "Needs machine q35" })),
      "x-vga": Type.Optional(Type.Boolean({ description: "Primary graphics" })),
      rombar: Type.Optional(Type.Boolean()),
      mdev: Type.Optional(Type.String({ pattern: NO_COMMA, description: "Type of mediated device" })),
      digest: Type.Optional(Type.String({ description: "Of the configuration as read" })),
    }),
    ["vmid", "mapping"],
  ),
  async plan({ vmid: ref, mapping, host, slot: wanted, digest, ...flags }, pve) {
    const guest = await pve.guest("qemu", ref);
    if ((mapping === undefined) === (host === undefined)) throw oneOfTwo();
    const config = await configOf(guest, pve);
    if (mapping !== undefined) await needDevice(guest, mapping, pve);
    if (flags.pcie === true) needQ35(guest, config);
    const name = `hostpci${wanted ?? freeSlot(guest, config)}`;
    if (config[name] !== undefined) throw taken(guest, name, config[name]);
    const keys = Object.entries({ mapping, host, ...flags }).filter(([, value]) => value !== undefined);
    const text = keys.map(([key, value]) => `${key}=${typeof value === "boolean" ? Number(value) : value}`);
    return [setOption(guest, { [name]: text.join(","), digest }, host !== undefined, pve)];
  },
});

/** The step that changes the configuration: a raw address takes root, on the node where we are not root of the API. */
function setOption(guest: Guest, change: StepParams, isRaw: boolean, { ways }: PveReader): Step {
  const { node, vmid } = guest;
  if (!isRaw || ways.rootLogin)
    return rest.post("/nodes/{node}/qemu/{vmid}/config", { node, vmid, ...change });
  if (!ways.ssh) throw takesRoot(guest);
  const what = change.delete === undefined ? "a raw PCI address" : "a device that is not mapped";
  const note = `qm set on ${node}, as root and around Proxmox VE's permissions: the API lets no token touch ${what}`;
  return cli(node, "qm set", { vmid, ...change }, { note });
}

function takesRoot({ vmid, name }: Guest): ToolError {
  return new ToolError({
    code: "unsupported",
    message: `Proxmox VE lets only root@pam, signed in with its password, give VM ${vmid} (${name}) a raw PCI address or take it away; no API token may. Nothing was changed.`,
    next:
      "Use a mapping instead (proxmox_pci_mapping_create). Or the operator sets up SSH to the nodes " +
      "(PROXMOX_SHELL_SSH_PRIVATE_KEY_PATH with PROXMOX_SHELL_SSH_EXPECTED_HOST_KEY), which reaches past the " +
      "permissions of Proxmox VE, or signs in as root@pam with PROXMOX_PASSWORD.",
  });
}

function oneOfTwo(): ToolError {
  return new ToolError({
    code: "invalid_input",
    message: "Either mapping or host names the device.",
    next: "Give mapping; a raw address (host) takes root@pam's password login, or SSH to the node.",
  });
}

/** The mapping has to exist, and to have a device on the VM's node. */
async function needDevice({ vmid, name, node }: Guest, id: string, pve: PveReader): Promise<void> {
  const { map = [] } = await pve.get<{ map?: readonly string[] }>("/cluster/mapping/pci/{id}", { id });
  const nodes = map.map((entry) => /(?:^|,)node=([^,]+)/.exec(entry)?.[1] ?? "");
  if (nodes.includes(node)) return;
  const others = [...new Set(nodes)].join(", ");
  throw new ToolError({
    code: "conflict",
    message: `Mapping ${id} has no device on ${node}, where VM ${vmid} (${name}) is.`,
    next:
      others === ""
        ? "It has no devices at all."
        : `It has devices on ${others}: migrate the VM, or extend the mapping.`,
  });
}

function needQ35({ vmid, name }: Guest, { machine }: Config): void {
  if (/q35/.test(String(machine ?? ""))) return;
  throw new ToolError({
    code: "conflict",
    message: `VM ${vmid} (${name}) has no machine type q35, which pcie needs.`,
    next: "Set machine to q35 with proxmox_vm_update_config, or leave pcie out.",
  });
}

function freeSlot({ vmid, name }: Guest, config: Config): number {
  for (let index = 0; index < SLOTS; index += 1) if (config[`hostpci${index}`] === undefined) return index;
  throw new ToolError({
    code: "conflict",
    message: `VM ${vmid} (${name}) has no free hostpciN.`,
    next: "Take a device away first with proxmox_vm_pci_detach.",
  });
}

function taken({ vmid, name }: Guest, option: string, value: unknown): ToolError {
  return new ToolError({
    code: "conflict",
    message: `VM ${vmid} (${name}) has a ${option} already: ${String(value)}.`,
    next: "Choose another slot, or leave it out for the next free one.",
  });
}

export const vmPciDetach = defineTool({
  name: "proxmox_vm_pci_detach",
  title: "Take a PCI device from a VM",
  describe:
    "Takes a PCI device from a QEMU VM, by mapping or slot; a running one keeps it until its next start.",
  risk: "write",
  uses: ["POST /nodes/{node}/qemu/{vmid}/config", CONFIG, ON_THE_NODE],
  input: Type.Object({
    vmid: guestRef(),
    mapping: Type.Optional(Type.String({ minLength: 1 })),
    slot: slot(),
    digest: Type.Optional(Type.String({ description: "Of the configuration as read" })),
  }),
  async plan({ vmid: ref, mapping, slot: wanted, digest }, pve) {
    const guest = await pve.guest("qemu", ref);
    const devices = devicesOf(await configOf(guest, pve));
    const found = devices.filter(
      (device) =>
        (wanted === undefined || device.name === `hostpci${wanted}`) &&
        (mapping === undefined || device.mapping === mapping),
    );
    const [only, ...more] = found;
    if (only === undefined || more.length > 0 || (wanted === undefined && mapping === undefined))
      throw notOne(guest, devices);
    return [setOption(guest, { delete: only.name, digest }, only.mapping === undefined, pve)];
  },
});

interface Device {
  readonly name: string;
  readonly mapping: string | undefined;
  readonly value: string;
}

function devicesOf(config: Config): readonly Device[] {
  return Object.entries(config)
    .filter(([name]) => /^hostpci\d+$/.test(name))
    .map(([name, value]) => ({
      name,
      value: String(value),
      mapping: /(?:^|,)mapping=([^,]+)/.exec(String(value))?.[1],
    }));
}

function notOne({ vmid, name }: Guest, devices: readonly Device[]): ToolError {
  const there = devices.map((device) => `${device.name} (${device.value})`).join(", ");
  return new ToolError({
    code: "invalid_input",
    message: `That names no single PCI device of VM ${vmid} (${name}).`,
    next: there === "" ? "It has no PCI devices." : `Give mapping or slot; it has ${there}.`,
  });
}
