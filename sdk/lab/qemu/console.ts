import { randomBytes } from "node:crypto";
import { die, LabError } from "../errors.ts";
import type { LabCore, LabRequest } from "../types.ts";
import { isRunning, loadVm } from "./guest.ts";
import { vmidOf } from "./power.ts";
import { parseProperties } from "./property-string.ts";

/** A ticket for one console. */
interface Issued {
  readonly user: string;
  readonly path: string;
  readonly port: number;
}

const FIRST_PORT = 5900;
const issued = new WeakMap<LabCore, Map<string, Issued>>();

function ticketsOf(lab: LabCore): Map<string, Issued> {
  const known = issued.get(lab) ?? new Map<string, Issued>();
  issued.set(lab, known);
  return known;
}

/** What a client needs to connect. */
interface Console {
  readonly user: string;
  readonly ticket: string;
  readonly port: string;
  readonly upid: string;
}

/** Opens a console for whom `path` admits: a ticket for a port, and a task that waits for the client. */
export function openConsole(request: LabRequest, path: string, type: string, id: string | number): Console {
  const { lab, caller } = request;
  const tickets = ticketsOf(lab);
  const port = FIRST_PORT + (tickets.size % 100);
  const stamp = lab.clock.seconds().toString(16).toUpperCase();
  const ticket = `PVEVNC:${stamp}::${randomBytes(256).toString("base64")}`;
  tickets.set(ticket, { user: caller.id, path, port });
  const upid = request.task(type, id, async (task) => {
    // Nobody ever connects to a console of the lab.
    await task.takes(10_000);
    throw die("connection timed out");
  });
  return { user: caller.id, ticket, port: String(port), upid };
}

/** The same for a display: its protocol has a password of its own, which the ticket carries as well. */
export function withPassword(console: Console): Record<string, unknown> {
  const password = randomBytes(6).toString("base64");
  return { ...console, ticket: `${password}:${console.ticket}`, password, cert: CERTIFICATE };
}

/** The serial port that takes the place of a display. */
function serialDisplay(vga: string | undefined): string | undefined {
  const type = parseProperties(vga ?? "", { defaultKey: "type" }).get("type");
  return type !== undefined && /^serial\d+$/.test(type) ? type : undefined;
}

/** POST vncproxy. */
export function vncProxy(request: LabRequest): unknown {
  const { lab, params } = request;
  const vmid = vmidOf(request);
  const guest = loadVm(lab, params.need("node"), vmid);
  const opened = openConsole(request, `/vms/${vmid}`, "vncproxy", vmid);
  const display = serialDisplay(guest.config.get("vga")) === undefined;
  if (display || params.flag("generate-password") || params.flag("websocket")) return withPassword(opened);
  return { ...opened, cert: CERTIFICATE };
}

/** POST termproxy. */
export function termProxy(request: LabRequest): unknown {
  const vmid = vmidOf(request);
  loadVm(request.lab, request.params.need("node"), vmid);
  return openConsole(request, `/vms/${vmid}`, "vncproxy", vmid);
}

/** POST spiceproxy. */
export function spiceProxy(request: LabRequest): unknown {
  const { lab, node } = request;
  const vmid = vmidOf(request);
  const guest = loadVm(lab, node.name, vmid);
  if (!isRunning(lab, node.name, vmid)) throw die(`VM ${vmid} not running`);
  const vga = parseProperties(guest.runtime?.config.get("vga") ?? "", { defaultKey: "type" });
  if (!/^qxl/.test(vga.get("type") ?? "")) throw die("no spice port");
  const name = guest.config.get("name");
  return spiceFile(request, vmid, `VM ${vmid}${name === undefined ? "" : ` - ${name}`}`);
}

/** What a viewer takes to connect. */
export function spiceFile({ lab, node, params }: LabRequest, id: string | number, title: string): object {
  return {
    ...{ type: "spice", title },
    host: `pvespiceproxy:${lab.clock.seconds().toString(16).toUpperCase()}:${id}:${node.name}:61000::${lab.random.hex(40)}`,
    proxy: `http://${params.text("proxy") ?? node.ip}:3128`,
    "tls-port": 61_000,
    password: lab.random.hex(40),
    ca: CERTIFICATE.replaceAll("\n", "\\n"),
    "host-subject": `OU=PVE Cluster Node,O=Proxmox Virtual Environment,CN=${node.name}`,
    "delete-this-file": 1,
    "secure-attention": "Ctrl+Alt+Ins",
    "toggle-fullscreen": "Shift+F11",
    "release-cursor": "Ctrl+Alt+R",
  };
}

/** What a websocket for a console answers: its ticket is checked, the socket itself is not simulated. */
export function joinConsole({ lab, params, caller }: LabRequest, path: string): { port: string } {
  const port = params.integer("port") ?? 0;
  const ticket = params.need("vncticket").replace(/^.*?(?=PVEVNC:)/, "");
  const known = ticketsOf(lab).get(ticket);
  if (known?.user !== caller.id || known.path !== path || known.port !== port)
    throw new LabError(401, "permission denied - invalid PVEVNC ticket");
  return { port: String(port) };
}

/** Whether a ticket opens a console to this user, at this path and port. */
export function isConsoleTicket(
  lab: LabCore,
  { ticket, ...wanted }: { ticket: string; user: string; path: string | undefined; port: number | undefined },
): boolean {
  const known = ticketsOf(lab).get(ticket);
  if (known === undefined) return false;
  return known.user === wanted.user && known.path === wanted.path && known.port === wanted.port;
}

/** GET vncwebsocket. */
export function vncWebsocket(request: LabRequest): unknown {
  const vmid = vmidOf(request);
  const joined = joinConsole(request, `/vms/${vmid}`);
  loadVm(request.lab, request.params.need("node"), vmid);
  return joined;
}

/** Stands for the cluster's own authority: consoles of the lab are never connected to. */
const CERTIFICATE = [
  "-----BEGIN CERTIFICATE-----",
  "MIIBLAYJKoZIhvcNAQcCoIIBHTCCARkCAQExADALBgkqhkiG9w0BBwGgggEBMIH+",
  "-----END CERTIFICATE-----",
  "",
].join("\n");
