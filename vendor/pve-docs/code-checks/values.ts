import { parsePropertyString } from "../property-string.ts";
import type { CallParams } from "../types.ts";
import { splitList } from "../wire.ts";
import type { CodeCheck, PathValues } from "./types.ts";

/** Where `check_volume_access` is. */
export const VOLUME_ACCESS = "pve-storage, src/PVE/Storage.pm";

function fieldsOf(value: string, defaultKey: string): Readonly<Record<string, string>> {
  const known = { volume: { alias: defaultKey }, [defaultKey]: { defaultKey: true } };
  return parsePropertyString(value, known).fields ?? {};
}

/** A field of a property string; `defaultKey` is the one that needs no name. */
export function field(value: string, key: string, defaultKey: string): string | undefined {
  return fieldsOf(value, defaultKey)[key];
}

/** One check for each item of a list, as `{name}`. */
export function each(name: string): (value: string) => readonly PathValues[] {
  return (value) => splitList(value).map((item) => ({ [name]: item }));
}

/** True for `1`, `true` and the like. */
export function isOn(value: string): boolean {
  return value !== "" && value !== "0" && value !== "false" && value !== "no" && value !== "off";
}

/** A check that a switch which is on leads to. */
export function whenOn(value: string): readonly PathValues[] {
  return isOn(value) ? [{}] : [];
}

/** `{vnet}` of a network device: the bridge, and below it each VLAN tag where there is any. */
export function vnetsOf(value: string): readonly PathValues[] {
  const { bridge, tag, trunks } = fieldsOf(value, "model");
  if (bridge === undefined) return [];
  const tags = [tag ?? "", ...(trunks ?? "").split(";")].filter((one) => one !== "");
  return tags.length === 0 ? [{ vnet: bridge }] : tags.map((one) => ({ vnet: `${bridge}/${one}` }));
}

interface Volume {
  readonly storage: string;
  readonly name: string;
}

function volumeOf(volid: string): Volume | undefined {
  const [, storage, name] = /^([A-Za-z][A-Za-z0-9\-_.]*):(.+)$/.exec(volid) ?? [];
  return storage === undefined || name === undefined ? undefined : { storage, name };
}

/** The guest that a volume belongs to, as its name says. */
function ownerOf(name: string): string | undefined {
  return /(?:^|\/)(?:vm|base|subvol|basevol)-(\d+)-/.exec(name)?.[1];
}

const NEW_DISK = /^(?:([^/:\s]+):)?\d+(?:\.\d+)?$/;

/** What a drive or mount point names in its first field. */
type Named = (value: string) => string | undefined;

/** First field of a VM's drive. */
export const fileOf: Named = (value) => field(value, "file", "file");

/** First field of a container's mount point. */
export const mountOf: Named = (value) => field(value, "volume", "volume");

function isCdrom(value: string): boolean {
  return field(value, "media", "file") === "cdrom";
}

/** `{storage}` of a volume that is to be made; without one the call's `storage` or the given one. */
export function newVolume(
  named: Named,
  fallback?: string,
): (value: string, call: CallParams) => readonly PathValues[] {
  return (value, call) => {
    const match = NEW_DISK.exec(named(value) ?? "");
    if (match === null || isCdrom(value)) return [];
    const storage = match[1] ?? (typeof call.storage === "string" ? call.storage : fallback);
    return storage === undefined ? [] : [{ storage }];
  };
}

const FILES = /^(?:iso|vztmpl|import)\//;

/** `{storage}` of an ISO image, appliance template or import file. */
export function storedFile(named: Named): (value: string) => readonly PathValues[] {
  return (value) => {
    const volume = volumeOf(named(value) ?? "");
    return volume === undefined || !FILES.test(volume.name) ? [] : [{ storage: volume.storage }];
  };
}

/** `{storage}` and `{owner}` of a disk that another guest owns. */
export function foreignDisk(named: Named): (value: string, call: CallParams) => readonly PathValues[] {
  return (value, call) => {
    const volume = volumeOf(named(value) ?? "");
    const owner = volume === undefined ? undefined : ownerOf(volume.name);
    if (volume === undefined || owner === undefined || owner === String(call.vmid)) return [];
    return [{ storage: volume.storage, owner }];
  };
}

/** `{storage}` and `{owner}` of a backup archive. */
export function archive(value: string): readonly PathValues[] {
  const volume = volumeOf(value);
  if (volume === undefined) return [];
  const owner =
    /vzdump-\w+-(\d+)-/.exec(volume.name)?.[1] ?? /backup\/(?:vm|ct)\/(\d+)\//.exec(volume.name)?.[1];
  return owner === undefined ? [] : [{ storage: volume.storage, owner }];
}

/** What kind of drive a value asks for. */
export function driveKind(value: string): "cloudinit" | "cdrom" | "disk" {
  const file = fileOf(value) ?? "";
  if (file === "cloudinit" || /(?::|-)cloudinit(?:\.|$)/.test(file)) return "cloudinit";
  return file === "cdrom" || isCdrom(value) ? "cdrom" : "disk";
}

/** A check for drives of one kind. */
export function ofKind(kind: ReturnType<typeof driveKind>): (value: string) => readonly PathValues[] {
  return (value) => (driveKind(value) === kind ? [{}] : []);
}

/** `{name}` of a mapped device. */
export function mapped(key: string, defaultKey: string): (value: string) => readonly PathValues[] {
  return (value) => {
    const name = field(value, key, defaultKey);
    return name === undefined ? [] : [{ name }];
  };
}

/** `{storage}` values of `targetstorage`: one name for all, or pairs; `1` keeps each. */
export function targetStorages(value: string): readonly PathValues[] {
  if (value === "1") return [];
  return splitList(value).map((item) => ({ storage: item.split(":").at(-1) ?? item }));
}

/** What each storage takes that is named for a guest coming from another cluster. */
export const TUNNEL_STORAGES: CodeCheck = {
  privileges: ["Datastore.AllocateSpace"],
  path: "/storage/{storage}",
  params: ["storages"],
  from: each("storage"),
  condition: "and again for all that the guest really uses, with what its configuration takes",
};
