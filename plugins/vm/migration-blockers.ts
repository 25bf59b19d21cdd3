import type { Blocker } from "../../sdk/index.ts";

/** What `GET …/migrate` of a VM answers. */
export interface MigrationFacts {
  readonly running?: number | boolean;
  readonly not_allowed_nodes?: Readonly<Record<string, NotAllowed>>;
  readonly local_disks?: readonly LocalDisk[];
  readonly local_resources?: readonly string[];
  readonly "mapped-resource-info"?: Readonly<Record<string, MappedResource>>;
  readonly "mapped-resources"?: readonly string[];
}

interface NotAllowed {
  readonly unavailable_storages?: readonly string[];
  readonly "unavailable-resources"?: readonly string[];
  readonly "blocking-ha-resources"?: readonly { readonly sid?: string; readonly cause?: string }[];
}

interface LocalDisk {
  readonly volid: string;
  readonly drivename?: string;
  readonly cdrom?: number | boolean;
  readonly is_unused?: number | boolean;
}

interface MappedResource {
  readonly name?: string;
  readonly "live-migration"?: number | boolean;
}

/** How the VM is to move. */
export interface MigrationWish {
  readonly target: string;
  readonly online: boolean;
  readonly withLocalDisks: boolean;
  /** Volumes may go to other storages than they are on. */
  readonly mapsStorages: boolean;
}

/** Everything that stands in the way of a migration, from what the API says before it. */
export function blockersOf(facts: MigrationFacts, wish: MigrationWish): readonly Blocker[] {
  const running = isOn(facts.running);
  return [
    ...(running && !wish.online
      ? [{ because: "it is running", next: "Set online, or shut it down first." }]
      : []),
    ...resources(facts, running),
    ...disks(facts, running, wish),
    ...nodeBlockers(facts.not_allowed_nodes?.[wish.target], wish),
  ];
}

function resources(facts: MigrationFacts, running: boolean): readonly Blocker[] {
  const own = facts.local_resources ?? [];
  const fixed = running
    ? (facts["mapped-resources"] ?? []).filter(
        (name) => !isOn(facts["mapped-resource-info"]?.[name]?.["live-migration"]),
      )
    : [];
  return [
    ...(own.length > 0
      ? [
          {
            because: `it uses devices of its node: ${own.join(", ")}`,
            next: "Remove these devices, or replace them by mapped ones.",
          },
        ]
      : []),
    ...(fixed.length > 0
      ? [
          {
            because: `it runs with mapped devices that cannot move live: ${fixed.join(", ")}`,
            next: "Shut it down first.",
          },
        ]
      : []),
  ];
}

function disks(facts: MigrationFacts, running: boolean, wish: MigrationWish): readonly Blocker[] {
  const local = facts.local_disks ?? [];
  const discs = local.filter(({ cdrom, volid }) => isOn(cdrom) && !/-cloudinit(?:\.|$)/.test(volid));
  const attached = local.filter(({ cdrom, is_unused }) => !isOn(cdrom) && !isOn(is_unused));
  const named = (some: readonly LocalDisk[]) =>
    some
      .map(({ volid, drivename }) => (drivename === undefined ? volid : `${drivename} (${volid})`))
      .join(", ");
  return [
    ...(discs.length > 0
      ? [
          {
            because: `a CD image of its node is in a drive: ${named(discs)}`,
            next: "Take it out: set that drive to none,media=cdrom.",
          },
        ]
      : []),
    ...(running && attached.length > 0 && !wish.withLocalDisks
      ? [
          {
            because: `disks are on storages of its node alone: ${named(attached)}`,
            next: "Set with-local-disks to copy them, and targetstorage where the target lacks their storage.",
          },
        ]
      : []),
  ];
}

function nodeBlockers(
  not: NotAllowed | undefined,
  { target, mapsStorages }: MigrationWish,
): readonly Blocker[] {
  const storages = mapsStorages ? [] : (not?.unavailable_storages ?? []);
  const devices = not?.["unavailable-resources"] ?? [];
  const affine = (not?.["blocking-ha-resources"] ?? []).map(
    ({ sid = "?", cause = "?" }) => `${sid} (${cause})`,
  );
  return [
    ...(storages.length > 0
      ? [
          {
            because: `node ${target} lacks storage ${storages.join(", ")}`,
            next: "Give targetstorage, or choose another node.",
          },
        ]
      : []),
    ...(devices.length > 0
      ? [
          {
            because: `node ${target} lacks the mapped devices ${devices.join(", ")}`,
            next: "Choose another node, or add it to the mapping.",
          },
        ]
      : []),
    ...(affine.length > 0
      ? [
          {
            because: `HA rules keep it from ${target}: ${affine.join(", ")}`,
            next: "Change the rules first.",
          },
        ]
      : []),
  ];
}

function isOn(value: unknown): boolean {
  return value === true || Number(value ?? 0) === 1;
}
