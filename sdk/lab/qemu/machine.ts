import { die } from "../errors.ts";
import { type Properties, parseProperties, printProperties } from "./property-string.ts";

const SHAPE = { defaultKey: "type", booleans: new Set(["enable-s3", "enable-s4"]) } as const;

/** The newest own revision of a machine of this QEMU, where there is one. (qemu-server, PVE/QemuServer/Machine.pm) */
const REVISIONS: Readonly<Record<string, number>> = { "4.1": 2, "9.2": 1, "10.0": 1 };

/** The version of Windows that an `ostype` stands for, 0 for other systems: `win11` is 11, `w2k8` is 6. */
export function windowsVersion(ostype: string | undefined): number {
  if (/^(?:wxp|w2k3?)$/.test(ostype ?? "")) return 5;
  if (/^(?:w2k8|wvista)$/.test(ostype ?? "")) return 6;
  return Number(/^win(\d+)$/.exec(ostype ?? "")?.[1] ?? 0);
}

/** Fails where the parts of a `machine` do not go together. */
export function checkMachine(text: string): void {
  checkParts(parseProperties(text, SHAPE));
}

function checkParts(machine: Properties): void {
  const bits = machine.get("aw-bits");
  if (machine.get("viommu") === "intel") {
    if (!/q35/.test(machine.get("type") ?? ""))
      throw die("to use Intel vIOMMU please set the machine type to q35");
    if (bits !== undefined && Number(bits) !== 39 && Number(bits) !== 48)
      throw die("Intel vIOMMU supports only 39 or 48 bits as address width");
  }
  if (bits !== undefined && !machine.has("viommu"))
    throw die("cannot set aw-bits if no vIOMMU is configured");
}

/** The `machine` that a VM is to have; Windows gets one whose version stays. Undefined where it has none. */
export function pinnedMachine(
  text: string | undefined,
  { ostype, arch, qemu }: { ostype: string | undefined; arch: string | undefined; qemu: string },
  log: (line: string) => void,
): string | undefined {
  const machine = parseProperties(text ?? "", SHAPE);
  const type = machine.get("type");
  if ((type === undefined || /^(?:pc|q35|virt)$/.test(type)) && windowsVersion(ostype) > 0) {
    const kind = type ?? (arch === "aarch64" ? "virt" : "pc");
    const version = qemu.replace(/\.\d+$/, "");
    const revision = REVISIONS[version] === undefined ? "" : `+pve${REVISIONS[version]}`;
    const pinned = `${kind === "pc" ? "pc-i440fx" : kind === "q35" ? "pc-q35" : "virt"}-${version}${revision}`;
    machine.set("type", pinned);
    log(`pinning machine type to '${pinned}' for Windows guest OS`);
  }
  checkParts(machine);
  return printProperties(machine, SHAPE) || undefined;
}
