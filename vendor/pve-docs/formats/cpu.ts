import type { ParamSchema } from "../types.ts";
import type { FormatTable } from "./types.ts";

const ORIGIN = "qemu-server, src/PVE/QemuServer/CPUConfig.pm";

/** Models that Proxmox VE 9.2 names besides `custom-…`; each version adds some. */
const MODELS: ReadonlySet<string> = new Set(
  (
    "486 pentium pentium2 pentium3 coreduo core2duo Conroe Penryn Nehalem Nehalem-IBRS Westmere " +
    "Westmere-IBRS SandyBridge SandyBridge-IBRS IvyBridge IvyBridge-IBRS Haswell Haswell-IBRS " +
    "Haswell-noTSX Haswell-noTSX-IBRS Broadwell Broadwell-IBRS Broadwell-noTSX Broadwell-noTSX-IBRS " +
    "Skylake-Client Skylake-Client-IBRS Skylake-Client-noTSX-IBRS Skylake-Client-v4 Skylake-Server " +
    "Skylake-Server-IBRS Skylake-Server-noTSX-IBRS Skylake-Server-v4 Skylake-Server-v5 " +
    "Cascadelake-Server Cascadelake-Server-v2 Cascadelake-Server-noTSX Cascadelake-Server-v4 " +
    "Cascadelake-Server-v5 Cooperlake Cooperlake-v2 KnightsMill Icelake-Client Icelake-Client-noTSX " +
    "Icelake-Server Icelake-Server-noTSX Icelake-Server-v3 Icelake-Server-v4 Icelake-Server-v5 " +
    "Icelake-Server-v6 SapphireRapids SapphireRapids-v2 GraniteRapids athlon phenom Opteron_G1 " +
    "Opteron_G2 Opteron_G3 Opteron_G4 Opteron_G5 EPYC EPYC-IBPB EPYC-v3 EPYC-v4 EPYC-Rome EPYC-Rome-v2 " +
    "EPYC-Rome-v3 EPYC-Rome-v4 EPYC-Milan EPYC-Milan-v2 EPYC-Genoa host kvm32 kvm64 qemu32 qemu64 max " +
    "x86-64-v2 x86-64-v2-AES x86-64-v3 x86-64-v4"
  ).split(" "),
);

/** Flags that a VM's own configuration may set. */
const FLAGS =
  "aes amd-no-ssb amd-ssbd hv-evmcs hv-tlbflush ibpb md-clear nested-virt pcid pdpe1gb spec-ctrl ssbd virt-ssbd".split(
    " ",
  );

const FLAG: ParamSchema = { type: "boolean", optional: true };

function checkModel({ cputype, flags, "reported-model": reported }: Readonly<Record<string, string>>) {
  if (cputype === undefined || cputype === "" || cputype === "0") return "CPU is missing cputype";
  if (!cputype.startsWith("custom-") && !MODELS.has(cputype)) {
    return `Built-in cputype '${cputype}' is not defined (missing 'custom-' prefix?)`;
  }
  const foreign = (flags ?? "").split(";").some((flag) => flag !== "" && !FLAGS.includes(flag.slice(1)));
  if (foreign) return `VM-specific CPU flags must be a subset of: ${FLAGS.join(", ")}`;
  return reported === undefined
    ? undefined
    : "Property 'reported-model' not allowed in VM-specific CPU config.";
}

/** Formats of the virtual CPU and of memory encryption. */
export const cpuFormats: FormatTable = {
  "pve-vm-cpu-conf": {
    origin: ORIGIN,
    fields: {
      cputype: { type: "string", optional: true, defaultKey: true },
      flags: {
        type: "string",
        optional: true,
        pattern: "([+-])([a-zA-Z0-9\\-_\\.]+)(;([+-])([a-zA-Z0-9\\-_\\.]+))*",
      },
      "guest-phys-bits": { type: "integer", optional: true, minimum: 32, maximum: 64 },
      hidden: FLAG,
      "hv-vendor-id": { type: "string", optional: true, pattern: "[a-zA-Z0-9]{1,12}" },
      "phys-bits": { type: "string", optional: true, format: "pve-phys-bits" },
      "reported-model": { type: "string", optional: true },
    },
    exact: checkModel,
  },
  "pve-qemu-sev-fmt": {
    origin: ORIGIN,
    fields: {
      type: { type: "string", defaultKey: true },
      "allow-smt": FLAG,
      "kernel-hashes": FLAG,
      "no-debug": FLAG,
      "no-key-sharing": FLAG,
    },
  },
};
