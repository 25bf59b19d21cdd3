import type { Inventory } from "../../../sdk/reader.ts";
import type { Plan } from "../../call/types.ts";
import type { Look, Row, Seen } from "./look.ts";
import { count, type Found, guestName, type Probe, some, together, writes } from "./probe.ts";

/** Guests and nodes whose rules are read: there is no list of all rules. */
const MOST_GUESTS = 16;
const MOST_NODES = 8;

/** What of the cluster's firewall a plan changes. */
interface Shared {
  readonly what: "security group" | "alias" | "IP set";
  readonly name: string;
}

/** Rules that refer to a security group, alias or IP set of the cluster that is changed or removed. */
export const firewallReferences: Probe = {
  kind: "firewall_references",
  what: "firewall rules that refer to it",
  look(plan, look) {
    const changed = sharedParts(plan);
    return changed.length === 0 ? undefined : together(changed.map((part) => references(part, look)));
  },
};

function sharedParts(plan: Plan): readonly Shared[] {
  return writes(plan).flatMap(({ path, params }) => {
    const [, part = ""] =
      /^\/cluster\/firewall\/(groups\/\{group\}|aliases\/\{name\}|ipset\/\{name\})/.exec(path) ?? [];
    const name = params.get(part.startsWith("groups") ? "group" : "name");
    if (part === "" || name === undefined) return [];
    const what = part.startsWith("groups")
      ? "security group"
      : part.startsWith("aliases")
        ? "alias"
        : "IP set";
    return [{ what, name } as const];
  });
}

interface Place {
  readonly name: string;
  readonly rows: Promise<Seen<readonly Row[]>>;
}

async function references(shared: Shared, look: Look): Promise<Found> {
  const seen = await look.inventory();
  const { places, unseen } = rulePlaces(seen, look);
  const read = await Promise.all(places.map(async ({ name, rows }) => ({ name, seen: await rows })));
  const naming = read.filter(
    (place) => place.seen.kind === "seen" && place.seen.value.some((rule) => refersTo(rule, shared)),
  );
  const failed = read.flatMap(({ name, seen: { kind, ...rest } }) =>
    kind === "unseen" && "why" in rest ? [`firewall rules of ${name} (${rest.why})`] : [],
  );
  const hidden = await look.hidden([["VM.Audit", "/vms"]], "firewall rules of guests");
  const text = `rules of ${count(naming.length, "place")} refer to ${shared.what} ${shared.name}`;
  return some(
    text,
    naming.map(({ name }) => name),
    [...failed, ...unseen, hidden],
  );
}

function rulePlaces(
  seen: Seen<Inventory>,
  look: Look,
): { places: readonly Place[]; unseen: readonly string[] } {
  const cluster = { name: "the cluster", rows: look.rows("/cluster/firewall/rules") };
  if (seen.kind !== "seen") return { places: [cluster], unseen: ["firewall rules of nodes and guests"] };
  const { nodes, guests } = seen.value;
  const online = new Set(nodes.filter(({ status }) => status === "online").map(({ node }) => node));
  const offline = nodes.filter(({ node }) => !online.has(node)).map(({ node }) => node);
  const asked = [...online].slice(0, MOST_NODES);
  const reachable = guests.filter(({ node }) => online.has(node));
  const left = Math.max(0, reachable.length - MOST_GUESTS);
  return {
    places: [
      cluster,
      ...asked.map((node) => ({
        name: `node ${node}`,
        rows: look.rows("/nodes/{node}/firewall/rules", { node }),
      })),
      ...reachable.slice(0, MOST_GUESTS).map((guest) => ({
        name: guestName(guest),
        rows: look.rows(`/nodes/{node}/${guest.kind}/{vmid}/firewall/rules`, {
          node: guest.node,
          vmid: guest.vmid,
        }),
      })),
    ],
    unseen: [
      ...(offline.length === 0
        ? []
        : [`firewall rules of ${offline.join(", ")} and the guests there: not online`]),
      ...(online.size > asked.length ? [`firewall rules of ${online.size - asked.length} more nodes`] : []),
      ...(left === 0
        ? []
        : [`firewall rules of ${left} more guests: only ${MOST_GUESTS} are read, one request each`]),
    ],
  };
}

function refersTo(rule: Row, { what, name }: Shared): boolean {
  if (what === "security group") return rule.type === "group" && rule.action === name;
  const forms = what === "alias" ? [name, `dc/${name}`] : [`+${name}`, `+dc/${name}`];
  return [rule.source, rule.dest].some((value) =>
    String(value ?? "")
      .split(",")
      .some((part) => forms.includes(part.trim())),
  );
}
