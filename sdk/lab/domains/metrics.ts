import { die } from "../errors.ts";
import { connectionFault, webFault } from "../loopback.ts";
import {
  assertUnchanged,
  checkSection,
  deleteFromSection,
  type Section,
  type SectionOptions,
  sectionDigest,
  sectionOptions,
  underLock,
} from "../sections.ts";
import type { LabCore, LabRequest } from "../types.ts";

/** Options by type of server. (pve-manager, PVE/Status/*.pm) */
const OPTIONS: Readonly<Record<string, SectionOptions>> = {
  graphite: sectionOptions("server port mtu? proto? timeout? path? disable?"),
  influxdb: sectionOptions(
    "server port mtu? disable? influxdbproto? timeout? max-body-size? verify-certificate? organization? bucket? token? api-path-prefix?",
  ),
  opentelemetry: sectionOptions(
    "server port disable? otel-protocol? otel-path? otel-timeout? otel-headers? otel-verify-ssl? otel-max-body-size? otel-resource-attributes? otel-compression?",
  ),
};

const PATH = "/cluster/metrics/server";

/** Metric servers; those outside the node answer whatever the lab would send. (pve-manager, PVE/API2/Cluster/MetricServer.pm) */
export function registerMetrics(lab: LabCore): void {
  lab.route(`GET ${PATH}`, ({ lab: { state } }) =>
    [...state.metricServers].sort(byId).map(([id, server]) => ({
      ...{ id, disable: server.get("disable") ?? 0, type: server.get("type") },
      ...{ server: server.get("server"), port: server.get("port") },
    })),
  );
  lab.route(`GET ${PATH}/{id}`, ({ params, lab: { state } }) => {
    const id = params.need("id");
    const server = state.metricServers.get(id);
    if (server === undefined) throw die(`status server entry '${id}' does not exist`);
    return Object.fromEntries(server);
  });
  // Nothing gathers metrics in a lab.
  lab.route("GET /cluster/metrics/export", ({ params, lab: { state } }) => {
    const isMember = (node: string): boolean => state.clusterName !== undefined && state.nodes.has(node);
    const unknown = params.list("node-list").filter((node) => !isMember(node));
    if (unknown.length > 0) throw die(`Requested node-list contains unknown nodes - ${unknown.join(", ")}`);
    return { data: [] };
  });
  lab.route(`POST ${PATH}/{id}`, (request) => underLock(undefined, () => create(request)));
  lab.route(`PUT ${PATH}/{id}`, (request) => underLock(undefined, () => update(request)));
  lab.route(`DELETE ${PATH}/{id}`, ({ params, lab: { state } }) => {
    if (state.metricServers.delete(params.need("id"))) return null;
    throw die("cannot lookup undefined type! at /usr/share/perl5/PVE/API2/Cluster/MetricServer.pm line 293.");
  });
}

function byId([a]: readonly [string, unknown], [b]: readonly [string, unknown]): number {
  return a < b ? -1 : 1;
}

/** A token is kept apart from the configuration. */
const WITHOUT = ["id", "digest", "delete", "token"];

function create({ endpoint, params, lab }: LabRequest): null {
  const id = params.need("id");
  const type = params.need("type");
  if (lab.state.metricServers.has(id)) throw die(`Metric server '${id}' already exists`);
  const options = OPTIONS[type] ?? {};
  const server = checkSection(endpoint, params, { type, options, create: true, without: WITHOUT });
  assertReachable(server);
  lab.state.metricServers.set(id, server);
  return null;
}

/** Connects to a server that is not switched off. (PVE/Status/Plugin.pm, Graphite.pm, InfluxDB.pm: test_connection) */
function assertReachable(server: Section): void {
  const field = (name: string, fallback: string): string => String(server.get(name) ?? fallback);
  const [host, port] = [field("server", ""), field("port", "2003")];
  const fault = connectionFault(host);
  if (server.get("disable") === 1 || fault === undefined) return;
  if (server.get("type") === "graphite" && field("proto", "udp") === "tcp")
    throw die(`couldn't create carbon socket [${host}]:${port} - ${fault}`);
  const web = field("influxdbproto", "udp");
  if (server.get("type") === "influxdb" && web !== "udp")
    throw die(webFault(`${web}://${host}:${port}/health`) ?? fault);
}

function update({ endpoint, params, lab }: LabRequest): null {
  const { metricServers } = lab.state;
  const id = params.need("id");
  assertUnchanged(sectionDigest(metricServers), params.text("digest"));
  const server = metricServers.get(id);
  if (server === undefined) throw die(`no such server '${id}'`);
  const type = String(server.get("type"));
  const options = OPTIONS[type] ?? {};
  const given = checkSection(endpoint, params, { type, options, create: false, without: WITHOUT });
  const changed = new Map([...server, ...given]);
  deleteFromSection(changed, options, given, params.text("delete"));
  assertReachable(changed);
  metricServers.set(id, changed);
  return null;
}
