import { privilegeNames } from "../../vendor/pve-docs/index.ts";

/** Releases that a lab can run as. */
export const LAB_RELEASES = ["9.2", "8.4", "7.4"] as const;
export type ReleaseName = (typeof LAB_RELEASES)[number];

/** What a lab of one release does and says otherwise than those of other releases. */
export interface LabRelease {
  readonly name: ReleaseName;
  readonly major: number;
  /** Answer of `GET /version`. */
  readonly version: { readonly release: string; readonly repoid: string; readonly version: string };
  readonly kernel: string;
  /** Version of QEMU. */
  readonly qemu: string;
  readonly privileges: ReadonlySet<string>;
  /** Whether a fault in JSON has its `message`; before it stood in the status line alone. */
  readonly tellsMessage: boolean;
}

type Own = Pick<LabRelease, "version" | "kernel" | "qemu">;

const OWN: Readonly<Record<ReleaseName, Own>> = {
  "9.2": {
    version: { release: "9.2", repoid: "14a22df3", version: "9.2.11" },
    kernel: "6.17.2-1-pve",
    qemu: "10.1.2",
  },
  "8.4": {
    version: { release: "8.4", repoid: "57892e8e686cb35b", version: "8.4.5" },
    kernel: "6.8.12-11-pve",
    qemu: "9.2.0",
  },
  "7.4": {
    version: { release: "7.4", repoid: "0f39f621", version: "7.4-16" },
    kernel: "5.15.108-1-pve",
    qemu: "7.2.0",
  },
};

/** The release of this name. */
export function labRelease(name: ReleaseName): LabRelease {
  const major = Number.parseInt(name, 10);
  return {
    name,
    major,
    ...OWN[name],
    privileges: privilegeNames(name),
    // pve-http-server, debian/changelog: since 5.2.0, which came with 8.
    tellsMessage: major >= 8,
  };
}

/** Fields of answers that came with a major version. (pve-manager, PVE/API2/Nodes.pm; qemu-server, pve-container: vmstatus) */
const SINCE: readonly (readonly [number, RegExp])[] = [
  [9, /^(?:memhost|host-arch|pressure(?:cpu|io|memory)(?:some|full))$/],
  [8, /^(?:boot-info|current-kernel)$/],
];

/** Data as this release answers it: fields that came later are not there. */
export function asAnswered({ major }: LabRelease, data: unknown): unknown {
  const later = SINCE.filter(([since]) => since > major).map(([, names]) => names);
  if (later.length === 0 || typeof data !== "object" || data === null) return data;
  const without = (item: unknown): unknown => {
    if (typeof item !== "object" || item === null || Object.getPrototypeOf(item) !== Object.prototype)
      return item;
    return Object.fromEntries(
      Object.entries(item).filter(([name]) => !later.some((names) => names.test(name))),
    );
  };
  return Array.isArray(data) ? data.map(without) : without(data);
}
