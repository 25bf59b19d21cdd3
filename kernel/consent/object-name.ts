/** What naming needs of a plan, in memory or as recorded. */
export interface NamedPlan {
  /** Methods and paths of the steps that cannot be undone, placeholders filled in. */
  readonly severe: readonly { readonly path: string }[];
  /** The guests that the plan is about. */
  readonly guests: readonly { readonly vmid: number; readonly name: string }[];
}

const GUEST = /^\/nodes\/[^/]+\/(?:qemu|lxc)\/(\d+)(?:\/|$)/;
const CREATE = /^\/nodes\/[^/]+\/(?:qemu|lxc)$/;
const NODE = /^\/nodes\/([^/]+)\/(?:status|startall|stopall|suspendall|migrateall)$/;
const VOLUME = /^\/nodes\/[^/]+\/storage\/[^/]+\/content\/(.+)$/;
const PRUNE = /^\/nodes\/[^/]+\/storage\/([^/]+)\/prunebackups$/;
/** More names than this are not typed one by one. */
const MOST_NAMES = 3;

/**
 * What a human types to agree to something that cannot be undone: the name of the guest, or of whatever else it is
 * about; of several, all of them, or their number where there are many.
 */
export function nameToType({ severe, guests }: NamedPlan): string | undefined {
  const names = [...new Set(severe.flatMap(({ path }) => namesOf(path, guests)))];
  if (names.length === 0) return undefined;
  return names.length > MOST_NAMES ? `${names.length} objects` : names.join(" ");
}

function namesOf(path: string, guests: NamedPlan["guests"]): readonly string[] {
  const vmid = GUEST.exec(path)?.[1];
  if (vmid !== undefined) {
    const name = guests.find((guest) => guest.vmid === Number(vmid))?.name;
    return [name === undefined || name === "" ? vmid : name];
  }
  if (CREATE.test(path)) return guests.map(({ vmid: own, name }) => (name === "" ? String(own) : name));
  const named = [NODE, VOLUME, PRUNE].flatMap((form) => form.exec(path)?.[1] ?? []);
  const found = named[0] ?? path.split("/").at(-1) ?? "";
  return found === "" ? [] : [decoded(found)];
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
