import type { Plan } from "../../call/types.ts";
import { wholeNodes } from "./guests-on-node.ts";
import { removedGuests } from "./linked-clones.ts";
import type { Look, Row } from "./look.ts";
import {
  count,
  type Found,
  guestName,
  listed,
  type Probe,
  some,
  together,
  valuesOf,
  whenSeen,
  writes,
} from "./probe.ts";

const POWER_OR_PLACE =
  /^\/nodes\/\{node\}\/(?:qemu|lxc)\/\{vmid\}(?:\/status\/(?:stop|shutdown|reboot|reset|suspend)|\/migrate)?$/;

/** What HA manages of the guests that are stopped, moved or removed, and whom groups and rules bind. */
export const highAvailability: Probe = {
  kind: "ha",
  what: "HA resources and rules",
  look(plan, look) {
    const looks = [...ofGuests(plan, look), ...ofNodes(plan, look), ...ofGroups(plan, look)];
    return looks.length === 0 ? undefined : together(looks);
  },
};

function ofGuests(plan: Plan, look: Look): Promise<Found>[] {
  const concerned = writes(plan).some(
    ({ method, path }) => POWER_OR_PLACE.test(path) && (method === "POST" || method === "DELETE"),
  );
  if (!concerned || plan.guests.length === 0) return [];
  const sids = new Map(
    plan.guests.map((guest) => [`${guest.kind === "lxc" ? "ct" : "vm"}:${guest.vmid}`, guestName(guest)]),
  );
  const managed = look.rows("/cluster/ha/resources").then((seen) =>
    whenSeen(seen, "HA resources", (rows) => {
      const found = rows.filter(({ sid }) => sids.has(String(sid)));
      const text = `HA manages ${count(found.length, "guest")} of this: it acts on its own should it find it otherwise`;
      return some(
        text,
        found.map(({ sid, state }) => `${sids.get(String(sid))}, wanted ${String(state ?? "started")}`),
      );
    }),
  );
  return removedGuests(plan).length === 0 ? [managed] : [managed, rulesNaming([...sids.keys()], look)];
}

function ofNodes(plan: Plan, look: Look): Promise<Found>[] {
  return wholeNodes(plan).map(async (node) =>
    whenSeen(await look.inventory(), `HA resources on ${node}`, ({ guests }) => {
      const managed = guests.filter((guest) => guest.node === node && guest.hastate !== undefined);
      const text = `HA manages ${count(managed.length, "guest")} on ${node} and may start or move them elsewhere`;
      return some(text, managed.map(guestName));
    }),
  );
}

function ofGroups(plan: Plan, look: Look): Promise<Found>[] {
  const groups = valuesOf(plan, "group", ({ path }) => path === "/cluster/ha/groups/{group}");
  const rules = valuesOf(plan, "rule", ({ path }) => path === "/cluster/ha/rules/{rule}");
  return [
    ...groups.map(async (group) =>
      whenSeen(await look.rows("/cluster/ha/resources"), `HA resources in group ${group}`, (rows) => {
        const bound = rows.filter((row) => row.group === group);
        return some(`HA group ${group} binds ${count(bound.length, "resource")}`, sidsOf(bound));
      }),
    ),
    ...rules.map(async (rule) =>
      whenSeen(await look.rows("/cluster/ha/rules"), `resources of HA rule ${rule}`, (rows) => {
        const bound = rows.filter((row) => row.rule === rule).flatMap(({ resources }) => listed(resources));
        return some(`HA rule ${rule} binds ${count(bound.length, "resource")}`, bound);
      }),
    ),
  ];
}

async function rulesNaming(sids: readonly string[], look: Look): Promise<Found> {
  return whenSeen(await look.rows("/cluster/ha/rules"), "HA rules", (rows) => {
    const naming = rows.filter(({ resources }) => listed(resources).some((sid) => sids.includes(sid)));
    return some(
      `${count(naming.length, "HA rule names", "HA rules name")} a guest that goes`,
      naming.map(({ rule }) => String(rule)),
    );
  });
}

function sidsOf(rows: readonly Row[]): readonly string[] {
  return rows.map(({ sid }) => String(sid));
}
