import { perlTime } from "../perl-time.ts";
import type { LabCore, LabGuest, LabRequest, LabState } from "../types.ts";
import { followRequest } from "./manager.ts";
import { haGuests, haId, managerState, requestedState } from "./state.ts";

const PATH = "/cluster/ha/status";

/** What the HA manager makes of its resources, and whether it acts. (pve-ha-manager, src/PVE/API2/HA/Status.pm) */
export function registerStatus(lab: LabCore): void {
  lab.route(`GET ${PATH}/current`, current);
  lab.route(`GET ${PATH}/manager_status`, managerStatus);
  lab.route(`POST ${PATH}/disarm-ha`, ({ params, lab: { state } }) => {
    // Where no manager runs, nobody reads what is asked of it.
    if (!state.ha.runs) return null;
    state.ha.disarmed = params.text("resource-mode") === "ignore" ? "ignore" : "freeze";
    return null;
  });
  lab.route(`POST ${PATH}/arm-ha`, ({ lab: { state } }) => {
    state.ha.disarmed = undefined;
    for (const guest of haGuests(state)) followRequest(lab, guest);
    return null;
  });
}

function isQuorate({ nodes }: LabState): boolean {
  return [...nodes.values()].filter(({ power }) => power === "online").length * 2 > nodes.size;
}

function quorum(state: LabState): Record<string, unknown> {
  const quorate = isQuorate(state);
  const status = quorate ? "OK" : `No quorum on node '${state.localNode}'!`;
  return { id: "quorum", type: "quorum", node: state.localNode, status, quorate: quorate ? 1 : 0 };
}

/** The node whose manager leads: the first that is online. */
function master({ nodes, localNode }: LabState): string {
  return [...nodes.values()].find(({ power }) => power === "online")?.name ?? localNode;
}

function current({ lab }: LabRequest): unknown {
  const { state } = lab;
  const services = haGuests(state).map((guest) => service(lab, guest));
  const isNew = lab.release.major >= 9;
  if (!state.ha.runs)
    return [quorum(state), ...(isNew ? [fencing(state, state.localNode)] : []), ...services];
  const timestamp = lab.clock.seconds();
  const time = perlTime(timestamp);
  const leader = master(state);
  const leads = { id: "master", type: "master", node: leader, timestamp };
  const managers = [...state.nodes.values()].map(({ name, power }) => {
    const isOnline = power === "online";
    const words = [
      isOnline ? modeOf(state, name) : "old timestamp - dead?",
      ...(isNew ? [watchdogOf(state, isOnline && hasWork(state, name))] : []),
      time,
    ];
    const status = `${name} (${words.join(", ")})`;
    return { id: `lrm:${name}`, type: "lrm", node: name, status, timestamp };
  });
  return [
    ...[quorum(state), { ...leads, status: `${leader} (${masterMode(state)}, ${time})${extraOf(state)}` }],
    ...(isNew ? [fencing(state, leader)] : []),
    ...[...managers, ...services],
  ];
}

function masterMode(state: LabState): string {
  return haGuests(state).length === 0 ? "idle" : "active";
}

function hasWork(state: LabState, node: string): boolean {
  return haGuests(state).some((guest) => guest.node === node);
}

function modeOf(state: LabState, node: string): string {
  if (state.ha.disarmed !== undefined) return "disarm mode";
  return hasWork(state, node) ? "active" : "idle";
}

/** A node's watchdog: held while it looks after resources. */
function watchdogOf({ ha: { disarmed } }: LabState, isBusy: boolean): string {
  if (disarmed !== undefined) return "watchdog released";
  return isBusy ? "watchdog active" : "watchdog standby";
}

/** What else there is to say of the leading manager. */
function extraOf({ ha: { disarmed }, datacenter }: LabState): string {
  const scheduler = /(?:^|,)ha=(\w+)/.exec(datacenter.get("crs") ?? "")?.[1] ?? "basic";
  return [
    ...(disarmed === undefined ? [] : [` - disarmed, resource mode: ${disarmed}`]),
    ...(scheduler === "basic" ? [] : [` - ${scheduler} load CRS`]),
  ].join("");
}

function fencing({ ha: { disarmed, runs } }: LabState, node: string): Record<string, unknown> {
  const entry = { id: "fencing", type: "fencing", node };
  if (disarmed !== undefined) {
    const status = `disarmed, resource mode: ${disarmed} (CRM watchdog released)`;
    return { ...entry, status, "armed-state": "disarmed", resource_mode: disarmed };
  }
  const armed = runs ? "armed" : "standby";
  const status = `${armed} (CRM watchdog ${runs ? "active" : "standby"})`;
  return { ...entry, status, "armed-state": armed };
}

/** The state as people are told it. (src/PVE/HA/Tools.pm: get_verbose_service_state) */
function shownState(state: LabState, guest: LabGuest): string {
  if (state.ha.disarmed === "ignore") return "ignore";
  const wanted = requestedState(guest.ha ?? {});
  if (wanted === "ignored") return "ignored";
  const own = managerState(state, guest);
  if (own === undefined) return "queued";
  if (own === "started") return guest.runtime === undefined ? "starting" : "started";
  if (own === "request_stop") return "stopping";
  return wanted === "disabled" ? "disabled" : own;
}

function service({ state, release }: LabCore, guest: LabGuest): Record<string, unknown> {
  const sid = haId(guest);
  const { node, ha = {} } = guest;
  const shown = shownState(state, guest);
  const own = managerState(state, guest);
  const defaults = { max_restart: 1, max_relocate: 1, ...(release.major >= 9 ? { failback: 1 } : {}) };
  const { state: _state, ...properties } = ha;
  return {
    ...{ id: `service:${sid}`, type: "service", sid, node, state: shown },
    ...(own === undefined ? {} : { crm_state: own }),
    ...{ request_state: requestedState(ha), status: `${sid} (${node}, ${shown})` },
    ...defaults,
    ...properties,
  };
}

function managerStatus({ lab }: LabRequest): unknown {
  const { state } = lab;
  const own = { node: state.localNode, quorate: isQuorate(state) ? 1 : 0 };
  if (!state.ha.runs) return { manager_status: {}, quorum: own };
  const timestamp = lab.clock.seconds();
  const nodes = [...state.nodes.values()];
  const services = haGuests(state).flatMap((guest): (readonly [string, unknown])[] => {
    const known = managerState(state, guest);
    const running = guest.runtime === undefined ? {} : { running: 1 };
    return known === undefined ? [] : [[haId(guest), { node: guest.node, state: known, ...running }]];
  });
  return {
    manager_status: {
      ...{ master_node: master(state), timestamp },
      node_status: Object.fromEntries(
        nodes.map(({ name, power }) => [name, power === "online" ? "online" : "unknown"]),
      ),
      service_status: Object.fromEntries(services),
    },
    quorum: own,
    lrm_status: Object.fromEntries(
      nodes.map(({ name }) => {
        const busy = hasWork(state, name) && state.ha.disarmed === undefined;
        const mode = {
          mode: state.ha.disarmed === undefined ? "active" : "disarm",
          state: busy ? "active" : "wait_for_agent_lock",
        };
        return [name, { ...mode, results: {}, timestamp }];
      }),
    ),
  };
}
