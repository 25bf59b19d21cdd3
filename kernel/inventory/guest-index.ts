import { ToolError } from "../../sdk/errors.ts";
import type { Guest, GuestKind } from "../../sdk/reader.ts";
import { nearest } from "../call/suggest.ts";

const MOST_SHOWN = 10;
const KIND_NAMES = { qemu: "VM", lxc: "container" } as const;

/** Guests by VMID and by name. */
export class GuestIndex {
  readonly #cluster: string;
  readonly #byVmid = new Map<number, Guest>();
  readonly #byName = new Map<string, Guest[]>();

  constructor(cluster: string, guests: readonly Guest[]) {
    this.#cluster = cluster;
    for (const guest of guests) {
      this.#byVmid.set(guest.vmid, guest);
      const same = this.#byName.get(guest.name);
      if (same === undefined) this.#byName.set(guest.name, [guest]);
      else same.push(guest);
    }
  }

  /** The guest, or why there is none: `not_found`, or `invalid_input` for the other kind or several of a name. */
  find(kind: GuestKind | "any", ref: number | string): Guest | ToolError {
    const all = this.#matches(ref);
    const [guest, ...others] = kind === "any" ? all : all.filter((each) => each.kind === kind);
    if (guest === undefined) return all[0] ? wrongKind(all[0]) : this.#missing(ref);
    return others.length === 0 ? guest : ambiguous(ref, [guest, ...others]);
  }

  #matches(ref: number | string): readonly Guest[] {
    const vmid = typeof ref === "number" ? ref : /^\s*\d+\s*$/.test(ref) ? Number(ref) : undefined;
    const guest = vmid === undefined ? undefined : this.#byVmid.get(vmid);
    if (guest) return [guest];
    // A name may consist of digits as well, but a VMID comes first.
    return (typeof ref === "string" && this.#byName.get(ref)) || [];
  }

  #missing(ref: number | string): ToolError {
    const similar = nearest(String(ref), this.#byName.keys()).flatMap((name) => this.#byName.get(name) ?? []);
    const shown = similar.slice(0, MOST_SHOWN).map(describe);
    return new ToolError({
      code: "not_found",
      message: `The cluster ${this.#cluster} has no guest ${JSON.stringify(ref)} that these credentials can see.`,
      next:
        (shown.length > 0 ? `Similar names: ${shown.join(", ")}. ` : "") +
        "List the guests and call again with a VMID. A guest does not show where the account lacks VM.Audit on " +
        `/vms/${typeof ref === "number" ? ref : "{vmid}"}.`,
      ...(shown.length > 0 ? { details: { similar: shown } } : {}),
    });
  }
}

function wrongKind(guest: Guest): ToolError {
  return new ToolError({
    code: "invalid_input",
    message: `${describe(guest)} is a ${KIND_NAMES[guest.kind]}, not a ${KIND_NAMES[guest.kind === "qemu" ? "lxc" : "qemu"]}.`,
    next: `Use a tool for ${KIND_NAMES[guest.kind]}s, or give another guest.`,
  });
}

function ambiguous(ref: number | string, guests: readonly Guest[]): ToolError {
  const shown = guests.slice(0, MOST_SHOWN).map(describe);
  const more = guests.length - shown.length;
  return new ToolError({
    code: "invalid_input",
    message: `${guests.length} guests are named ${ref}: ${shown.join(", ")}${more > 0 ? ` and ${more} more` : ""}.`,
    next: "Call again with the VMID of the one that is meant.",
    details: { vmids: guests.map(({ vmid }) => vmid) },
  });
}

function describe({ kind, vmid, name, node }: Guest): string {
  return `${kind === "qemu" ? "VM" : "CT"} ${vmid} (${name}) on ${node}`;
}
