/** What a step is about, as far as the step itself says. */
export type Touch =
  /** A guest that exists, or existed: volumes and backups outlive it. */
  | { readonly kind: "guest"; readonly vmid: number; readonly node?: string }
  /** A guest that the step makes; `like` is what its tags come from. */
  | {
      readonly kind: "new";
      readonly vmid?: number;
      readonly node?: string;
      readonly pool?: string;
      readonly tags?: readonly string[];
      readonly like?: number;
    }
  /** A node; `guests` where all guests on it are touched as well. */
  | { readonly kind: "node"; readonly node: string; readonly guests: boolean }
  | { readonly kind: "pool"; readonly pool: string }
  /** Whatever guest's configuration mentions this text, such as `local-lvm:vm-100-disk-0`. */
  | { readonly kind: "mentioned"; readonly text: string }
  /** The guests that a backup job covers. */
  | { readonly kind: "backup-job"; readonly id: string }
  /** Cannot be told from the step: it can be any guest and node. */
  | { readonly kind: "anything"; readonly why: string };

/** Parameters of a step whose values are known. */
export type Known = Readonly<Record<string, unknown>>;

/** A touched guest, where the value is a VMID at all. */
export function guestTouch(vmid: unknown, node?: unknown): Touch {
  const number = Number(vmid);
  if (!Number.isSafeInteger(number) || number <= 0) {
    return { kind: "anything", why: `the guest "${String(vmid).slice(0, 40)}" is not a VMID` };
  }
  return { kind: "guest", vmid: number, ...(typeof node === "string" ? { node } : {}) };
}

/** The entries of a list as the API takes it: text apart by commas, semicolons or spaces, or an array. */
export function listOf(value: unknown): readonly string[] {
  if (value === undefined || value === null) return [];
  const items = Array.isArray(value) ? value : [value];
  return items.flatMap((item) => String(item).split(/[,;\s]+/)).filter((item) => item !== "");
}

/** True for anything but what Proxmox VE takes for "no". */
export function isOn(value: unknown): boolean {
  return ![undefined, null, false, 0, "0", ""].some((off) => off === value);
}
