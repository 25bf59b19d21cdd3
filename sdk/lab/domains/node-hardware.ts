import { loadCatalog } from "../../../vendor/pve-docs/index.ts";
import { splitList } from "../frame/params.ts";
import { pciDevices, usbDevices } from "../mapping/devices.ts";
import type { LabCore, LabRequest, LabState } from "../types.ts";

const HARDWARE = "/nodes/{node}/hardware";
const CAPABILITIES = "/nodes/{node}/capabilities";

/** Devices of a node, and what its QEMU can do. (pve-manager, PVE/API2/Hardware/*.pm; qemu-server, src/PVE/API2/Qemu/*.pm) */
export function registerNodeHardware(lab: LabCore): void {
  lab.route(`GET ${HARDWARE}`, () => [{ type: "pci" }, { type: "usb" }]);
  lab.route(`GET ${HARDWARE}/pci`, listPci);
  lab.route(`GET ${HARDWARE}/pci/{pci-id-or-mapping}`, () => [{ method: "mdev" }]);
  lab.route(`GET ${HARDWARE}/pci/{pci-id-or-mapping}/mdev`, () => []);
  lab.route(`GET ${HARDWARE}/usb`, ({ node }) =>
    usbDevices(node).map(({ path, id }, index) => {
      const [busnum, port] = path.split("-").map(Number);
      const [vendid, prodid] = id.split(":");
      const place = { busnum, port, level: 1, devnum: index + 2, usbpath: String(port) };
      return { ...place, vendid, prodid, class: 0, speed: "480" };
    }),
  );
  lab.route(`GET ${CAPABILITIES}`, () => [{ name: "qemu" }]);
  lab.route(`GET ${CAPABILITIES}/qemu`, () =>
    ["cpu", "cpu-flags", "machines", "migration"].map((name) => ({ name })),
  );
  lab.route(`GET ${CAPABILITIES}/qemu/cpu`, cpuModels);
  lab.route(`GET ${CAPABILITIES}/qemu/cpu-flags`, cpuFlags);
  lab.route("GET /cluster/qemu/cpu-flags", cpuFlags);
  lab.route(`GET ${CAPABILITIES}/qemu/machines`, () => machines(lab.state));
  lab.route(`GET ${CAPABILITIES}/qemu/migration`, () => ({ "has-dbus-vmstate": true }));
}

/** Memory controllers, bridges and processors; what lies in these classes is left out unless others are named. */
const CLASSES = "05;06;0b";

function listPci({ node, params }: LabRequest): unknown {
  const hidden = splitList(params.text("pci-class-blacklist") ?? CLASSES);
  const shown = pciDevices(node).filter(() => !hidden.some((prefix) => DISPLAY.startsWith(`0x${prefix}`)));
  if (!params.flag("verbose", true)) return shown.map(({ path }) => ({ id: path }));
  return shown.map(({ path, id, subsystem, iommugroup }) => {
    const [vendor, device] = id.split(":");
    const [subsystemVendor, subsystemDevice] = subsystem.split(":");
    return {
      ...{ id: path, class: DISPLAY, vendor: `0x${vendor}`, device: `0x${device}`, iommugroup },
      ...{ subsystem_vendor: `0x${subsystemVendor}`, subsystem_device: `0x${subsystemDevice}` },
    };
  });
}

/** Class of all devices that the nodes have. */
const DISPLAY = "0x030000";

/** Flags that a VM may set, with what each is for. */
const FLAGS: Readonly<Record<string, string>> = {
  "nested-virt": "Lets the guest run VMs of its own: svm or vmx, as the host has it.",
  aes: "AES instructions.",
  "amd-no-ssb": "Tells the guest that the AMD host needs no protection against SSB.",
  "amd-ssbd": "Faster protection against SSB on AMD.",
  "hv-evmcs": "Faster nested virtualization on Intel.",
  "hv-tlbflush": "Helps Windows guests on busy hosts.",
  ibpb: "Protection against Spectre on AMD.",
  "md-clear": "Tells the guest whether the host is protected against MDS.",
  pcid: "Cheaper protection against Meltdown on Intel.",
  pdpe1gb: "Pages of 1 GiB.",
  "spec-ctrl": "Protection against Spectre on Intel.",
  ssbd: "Protection against SSB on Intel.",
  "virt-ssbd": "Protection against SSB on AMD.",
};

/** The first one on top, the others by name; of Arm none are known. (qemu-server, src/PVE/QemuServer/CPUFlags.pm) */
function cpuFlags({ params, lab: { state } }: LabRequest): unknown {
  if (params.text("arch") === "aarch64") return [];
  const nodes = [...state.nodes.keys()].sort();
  return Object.entries(FLAGS).map(([name, description]) => ({ name, description, "supported-on": nodes }));
}

const SEES_CUSTOM = ["Mapping.Audit", "Mapping.Use", "Mapping.Modify"];

/** The models that the API knows by name, and those of the cluster's own that the caller may see. */
function cpuModels({ params, lab: { state, release }, may }: LabRequest): unknown {
  const isArm = params.text("arch") === "aarch64";
  const known = loadCatalog().endpoint("POST /cluster/qemu/custom-cpu-models")?.parameters["reported-model"];
  const names = (known?.enum ?? [])
    .map(String)
    .filter((name) => EVERYWHERE.has(name) || ARM.test(name) === isArm);
  const levels = isArm || release.major < 8 ? [] : LEVELS;
  const models = [...names, ...levels].map((name) => ({ name, custom: 0, vendor: vendorOf(name) }));
  const all = may("/nodes", ["Sys.Audit"]);
  const custom = [...state.cpuModels]
    .filter(([name]) => all || may(`/mapping/cpu/${name}`, SEES_CUSTOM, "any"))
    .map(([name, model]) => ({
      ...{ name: `custom-${name}`, custom: 1, vendor: vendorOf(String(model.get("reported-model"))) },
    }));
  return [...models, ...custom];
}

/** Models that Proxmox VE adds to those of QEMU, by what x86 processors have in common. */
const LEVELS = ["x86-64-v2", "x86-64-v2-AES", "x86-64-v3", "x86-64-v4"];

/** Models of any host's architecture. */
const EVERYWHERE = new Set(["host", "max"]);
const ARM = /^(?:a64fx|cortex-|neoverse-)/;

function vendorOf(model: string): string {
  if (ARM.test(model)) return "ARM";
  if (/^(?:EPYC|Opteron|athlon|phenom)/i.test(model)) return "AuthenticAMD";
  return /^(?:kvm|qemu|max|host|x86-64)/.test(model) ? "default" : "GenuineIntel";
}

/** Minor versions of each major one of QEMU, the newest first. */
const MINORS = [2, 1, 0] as const;

function machines({ qemu }: LabState): unknown {
  const [major = 0, minor = 0] = qemu.split(".").map(Number);
  const versions: string[] = [];
  for (let each = major; each > 2; each -= 1)
    for (const one of MINORS) if (each < major || one <= minor) versions.push(`${each}.${one}`);
  return versions.flatMap((version) => [
    { id: `pc-q35-${version}`, type: "q35", version },
    { id: `pc-i440fx-${version}`, type: "i440fx", version },
  ]);
}
