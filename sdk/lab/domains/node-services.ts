import { die } from "../errors.ts";
import type { LabCore, LabNode, LabRequest } from "../types.ts";

const PATH = "/nodes/{node}/services";

/** What systemd calls each service. */
const SERVICES: Readonly<Record<string, string>> = {
  chrony: "chrony, an NTP client/server",
  corosync: "Corosync Cluster Engine",
  cron: "Regular background program processing daemon",
  ksmtuned: "Kernel Samepage Merging (KSM) Tuning Daemon",
  lxcfs: "FUSE filesystem for LXC",
  postfix: "Postfix Mail Transport Agent (main/default instance)",
  "proxmox-firewall": "Proxmox nftables firewall",
  "pve-cluster": "The Proxmox VE cluster filesystem",
  "pve-firewall": "Proxmox VE firewall",
  "pve-ha-crm": "PVE Cluster HA Resource Manager Daemon",
  "pve-ha-lrm": "PVE Local HA Resource Manager Daemon",
  "pve-lxc-syscalld": "Proxmox VE LXC Syscall Daemon",
  pvedaemon: "PVE API Daemon",
  "pvefw-logger": "Proxmox VE firewall logger",
  pveproxy: "PVE API Proxy Server",
  pvescheduler: "Proxmox VE scheduler",
  pvestatd: "PVE Status Daemon",
  qmeventd: "PVE Qemu Event Daemon",
  spiceproxy: "PVE SPICE Proxy Server",
  sshd: "OpenBSD Secure Shell server",
  syslog: "System Logging Service",
  "systemd-journald": "Journal Service",
  "systemd-timesyncd": "Network Time Synchronization",
};

/** Not on a node as it is installed. */
const MISSING = new Set(["syslog", "systemd-timesyncd"]);

/** Services that the API itself needs: they restart, and do nothing else. */
const ESSENTIAL = new Set(["pvecluster", "pvedaemon", "pveproxy"]);

/** Milliseconds that a service takes. */
const TAKES = 500;

const stopped = new WeakMap<LabNode, Set<string>>();

/** The system services of a node. (pve-manager, PVE/API2/Services.pm) */
export function registerNodeServices(lab: LabCore): void {
  lab.route(`GET ${PATH}`, ({ node, lab: { state, release } }) =>
    Object.keys(SERVICES)
      .filter((name) => release.major >= 9 || !ONLY_NEW.has(name))
      .map((name) => shown(node, name, state.clusterName !== undefined)),
  );
  lab.route(`GET ${PATH}/{service}`, () =>
    ["state", "start", "stop", "restart", "reload"].map((subdir) => ({ subdir })),
  );
  lab.route(`GET ${PATH}/{service}/state`, ({ node, params, lab: { state } }) =>
    shown(node, params.need("service"), state.clusterName !== undefined),
  );
  for (const act of ["start", "stop", "restart", "reload"] as const) {
    lab.route(`POST ${PATH}/{service}/${act}`, (request) => command(request, act));
  }
}

const ONLY_NEW = new Set(["lxcfs", "proxmox-firewall", "pve-lxc-syscalld", "qmeventd"]);

function shown(node: LabNode, service: string, isClustered: boolean): Record<string, string> {
  const isThere = !MISSING.has(service);
  const runs = isThere && (service !== "corosync" || isClustered) && !stoppedOn(node).has(service);
  return {
    ...{ service, name: service, desc: SERVICES[service] ?? service },
    ...{ state: runs ? "running" : "dead", "active-state": runs ? "active" : "inactive" },
    "unit-state": isThere ? "enabled" : "not-found",
  };
}

function stoppedOn(node: LabNode): Set<string> {
  const known = stopped.get(node) ?? new Set<string>();
  stopped.set(node, known);
  return known;
}

function command(request: LabRequest, act: "start" | "stop" | "restart" | "reload"): string {
  const service = request.params.need("service");
  return request.task(`srv${act}`, service, async (task) => {
    if (ESSENTIAL.has(service) && (act === "start" || act === "stop"))
      throw die(
        `invalid service cmd '${service} ${act}': ERROR at /usr/share/perl5/PVE/API2/Services.pm line 120.`,
      );
    if (MISSING.has(service)) {
      task.log(`Failed to ${act} ${service}.service: Unit ${service}.service not found.`);
      throw die(`command 'systemctl ${act} ${service}' failed: exit code 5`);
    }
    await task.takes(TAKES);
    if (act === "stop") stoppedOn(request.node).add(service);
    else stoppedOn(request.node).delete(service);
  });
}
