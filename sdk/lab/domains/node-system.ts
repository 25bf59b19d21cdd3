import { createHash } from "node:crypto";
import { isIP } from "node:net";
import { paramError } from "../errors.ts";
import { LabAnswer } from "../frame/answer.ts";
import { assertUnchanged } from "../sections.ts";
import type { LabCore, LabNode, LabRequest } from "../types.ts";

const NODE = "/nodes/{node}";

/** What a node's own system says of itself, and takes. (pve-manager, PVE/API2/Nodes.pm) */
export function registerNodeSystem(lab: LabCore): void {
  lab.route(`GET ${NODE}/hosts`, ({ node }) => {
    const data = hostsOf(node);
    return { data, digest: digestOf(data) };
  });
  lab.route(`POST ${NODE}/hosts`, ({ node, params }) => {
    assertUnchanged(digestOf(hostsOf(node)), params.text("digest"));
    const data = params.need("data");
    assertHosts(data);
    node.hosts = data;
    return null;
  });
  lab.route(`PUT ${NODE}/time`, setTimezone);
  lab.route(`GET ${NODE}/apt`, () =>
    ["changelog", "repositories", "update", "versions"].map((id) => ({ id })),
  );
  lab.route(`GET ${NODE}/subscription`, subscription);
  // Without a key there is nothing to bring up to date or to drop.
  lab.route(`POST ${NODE}/subscription`, () => null);
  lab.route(`DELETE ${NODE}/subscription`, () => null);
  lab.route(`GET ${NODE}/netstat`, ({ node, lab: { state } }) =>
    [...state.guests.values()]
      .filter((guest) => guest.node === node.name && guest.runtime !== undefined)
      .flatMap(({ vmid, config }) =>
        [...config.keys()]
          .filter((key) => /^net\d+$/.test(key))
          .map((dev) => ({ dev, vmid: String(vmid), in: "204800", out: "102400" })),
      ),
  );
  lab.route(`GET ${NODE}/syslog`, systemLog);
  lab.route(`GET ${NODE}/report`, ({ node, lab: { release } }) => {
    const { version, repoid } = release.version;
    return `==== general system info ====\n\n# hostname\n${node.name}\n\n# pveversion --verbose\npve-manager: ${version} (${repoid})\n`;
  });
}

function hostsOf({ name, ip, hosts }: LabNode): string {
  return hosts ?? `127.0.0.1 localhost.localdomain localhost\n${ip} ${name}.example.com ${name}\n`;
}

/** (pve-common, src/PVE/INotify.pm: write_etc_hosts) */
function assertHosts(data: string): void {
  for (const line of data.split("\n")) {
    if (/^\s*(?:#|$)/.test(line)) continue;
    const [address = "", ...names] = line.trimEnd().split(/\s+/);
    if (isIP(address) === 0) throw paramError({ data: `Invalid IP '${address}'` });
    const odd = names.find((name) => !/^[.\-a-zA-Z0-9]+$/.test(name));
    if (odd !== undefined) throw paramError({ data: `Invalid Hostname '${odd}'` });
  }
}

function digestOf(text: string): string {
  return createHash("sha1").update(text).digest("hex");
}

function setTimezone({ node, params }: LabRequest): null {
  const timezone = params.need("timezone");
  if (!isTimezone(timezone)) throw paramError({ timezone: "No such timezone" });
  node.timezone = timezone;
  return null;
}

/** No node of a lab has a key. (pve-manager, PVE/API2/Subscription.pm) */
function subscription({ node, params, may }: LabRequest): unknown {
  const mayAudit = may(`/nodes/${params.need("node")}`, ["Sys.Audit"]);
  return {
    ...{ status: "notfound", message: "There is no subscription key" },
    url: "https://www.proxmox.com/en/proxmox-virtual-environment/pricing",
    ...(mayAudit ? { serverid: createHash("md5").update(node.name).digest("hex").toUpperCase() } : {}),
  };
}

/** Zones are files: their names are case-sensitive, and older names are files too. */
function isTimezone(name: string): boolean {
  if (Intl.supportedValuesOf("timeZone").includes(name)) return true;
  if (!/^[A-Z]/.test(name)) return false;
  try {
    new Intl.DateTimeFormat("en", { timeZone: name });
    return true;
  } catch {
    return false;
  }
}

/** What `journalctl` prints: a line of its own where a service has said nothing. */
function systemLog({ node, params }: LabRequest): LabAnswer {
  const service = params.text("service") ?? "";
  const units = ["pvestatd", "pvedaemon", "pveproxy"].filter((unit) => service === "" || unit === service);
  const said = units.map((unit) => `${node.name} systemd[1]: Started ${unit}.service.`);
  const lines = said.length > 0 ? said : ["-- No entries --"];
  const start = params.integer("start") ?? 0;
  const limit = params.integer("limit") || 50;
  const data = lines.map((t, index) => ({ n: index + 1, t })).slice(start, start + limit);
  return new LabAnswer({ data, extra: { total: lines.length } });
}
