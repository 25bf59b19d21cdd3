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
  if (!state.ha.runs) return [quorum(state), ...services];
  const timestamp = lab.clock.seconds();
  const time = perlTime(timestamp);
  const leader = master(state);
  const leads = { id: "master", type: "master", node: leader, timestamp };
  const managers = [...state.nodes.values()].map(({ name, power }) => {
    const text = power === "online" ? modeOf(state, name) : "old timestamp - dead?";
    return { id: `lrm:${name}`, type: "lrm", node: name, status: `${name} (${text}, ${time})`, timestamp };
  });
  return [
    ...[quorum(state), { ...leads, status: `${leader} (${masterMode(state)}, ${time})` }],
    ...(lab.release.major >= 9 ? [fencing(state, leader)] : []),
    ...[...managers, ...services],
  ];
}

function masterMode(state: LabState): string {
  return haGuests(state).length === 0 ? "idle" : "active";
}

function modeOf(state: LabState, node: string): string {
  return haGuests(state).some((guest) => guest.node === node) ? "active" : "idle";
}

function fencing({ ha: { disarmed } }: LabState, node: string): Record<string, unknown> {
  const armed = disarmed === undefined ? "armed" : "disarmed";
  const mode = disarmed === undefined ? {} : { resource_mode: disarmed };
  return { id: "fencing", type: "fencing", node, "armed-state": armed, status: armed, ...mode };
}

/** The state as people are told it. (src/PVE/HA/Tools.pm: get_verbose_service_state) */
function shownState(state: LabState, guest: LabGuest): string {
  const wanted = requestedState(guest.ha ?? {});
  if (wanted === "ignored") return "ignored";
  const own = managerState(state, guest);
  if (own === undefined) return state.ha.disarmed === "ignore" ? "ignored" : "queued";
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
        const busy = modeOf(state, name) === "active";
        const mode = { mode: "active", state: busy ? "active" : "wait_for_agent_lock" };
        return [name, { ...mode, results: {}, timestamp }];
      }),
    ),
  };
}
