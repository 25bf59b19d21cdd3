import {
  defineTool,
  type Guest,
  guestRef,
  type HandOver,
  type HandOverAbout,
  type PveReader,
  record,
  rest,
  ToolError,
  Type,
} from "../../sdk/index.ts";

/** How long the node waits for the client, seconds. (qemu-server, src/PVE/API2/Qemu.pm; pve-container, src/PVE/API2/LXC.pm) */
const LIFE_SECONDS = 10;

const VM = "/nodes/{node}/qemu/{vmid}";
const CT = "/nodes/{node}/lxc/{vmid}";

export const consoleTicket = defineTool({
  name: "proxmox_console_ticket",
  title: "Open a guest's console",
  describe:
    "Opens the console of a running VM or container for the caller: a ticket for seconds, its WebSocket, and the noVNC page.",
  risk: "write",
  uses: [
    `POST ${VM}/vncproxy`,
    `POST ${VM}/termproxy`,
    `POST ${CT}/vncproxy`,
    `POST ${CT}/termproxy`,
    `GET ${VM}/config`,
    `GET ${VM}/status/current`,
    `GET ${CT}/status/current`,
  ],
  input: Type.Object({
    vmid: guestRef(),
    type: Type.Optional(
      Type.Union([Type.Literal("vnc"), Type.Literal("terminal")], {
        default: "vnc",
        description: "terminal: of a VM its serial port",
      }),
    ),
  }),
  async plan({ vmid: ref, type = "vnc" }, pve) {
    const guest = await pve.guest("any", ref);
    await needRunning(guest, pve);
    if (type === "terminal") await needSerial(guest, pve);
    const { kind, node, vmid } = guest;
    return [
      type === "vnc"
        ? rest.post(`/nodes/{node}/${kind}/{vmid}/vncproxy`, { node, vmid, websocket: true })
        : rest.post(`/nodes/{node}/${kind}/{vmid}/termproxy`, { node, vmid }),
    ];
  },
  handOver,
});

async function needRunning({ kind, node, vmid, name }: Guest, pve: PveReader): Promise<void> {
  const path = `/nodes/{node}/${kind}/{vmid}/status/current`;
  const { status } = await pve.get<{ status?: string }>(path, { node, vmid });
  if (status === "running") return;
  throw new ToolError({
    code: "conflict",
    message: `Guest ${vmid} (${name}) does not run, so it has no console.`,
    next: `Start it first with ${kind === "qemu" ? "proxmox_vm_action" : "proxmox_lxc_action"}.`,
  });
}

async function needSerial({ kind, node, vmid, name }: Guest, pve: PveReader): Promise<void> {
  if (kind === "lxc") return;
  const config = await pve.get<Readonly<Record<string, unknown>>>(`${VM}/config`, { node, vmid });
  if (Object.keys(config).some((key) => /^serial\d$/.test(key))) return;
  throw new ToolError({
    code: "conflict",
    message: `VM ${vmid} (${name}) has no serial port, so it has no terminal.`,
    next: "Take type vnc, or set serial0 to socket with proxmox_vm_update_config and start the VM anew.",
  });
}

interface Opened {
  readonly ticket?: string;
  readonly password?: string;
  readonly port?: string | number;
  readonly user?: string;
}

function handOver(answer: unknown, { params, path, origin }: HandOverAbout): HandOver {
  // What the four endpoints answer, as the API declares it.
  const { ticket = "", password, port, user } = answer as Opened;
  const { node, vmid } = params;
  const kind = path.includes("/lxc/") ? "lxc" : "qemu";
  const isTerminal = path.endsWith("/termproxy");
  const page = new URLSearchParams({
    console: kind === "lxc" ? "lxc" : "kvm",
    [isTerminal ? "xtermjs" : "novnc"]: "1",
    vmid: String(vmid),
    node: String(node),
  });
  const socket = `${origin.replace(/^https/, "wss")}/api2/json/nodes/${encodeURIComponent(String(node))}/${kind}/${vmid}/vncwebsocket`;
  const query = new URLSearchParams({ port: String(port), vncticket: ticket });
  return {
    record: record({
      title: `Console of ${kind === "lxc" ? "container" : "VM"} ${vmid} on ${node}`,
      fields: { port: Number(port), user, seconds: LIFE_SECONDS, page: `${origin}/?${page}` },
      units: { seconds: "seconds" },
      note:
        `Connect to the websocket within ${LIFE_SECONDS} seconds, with the API credentials that this server has. ` +
        "The page is for a person: it asks for a login of its own and makes its own ticket.",
    }),
    secrets: { ticket, ...(password === undefined ? {} : { password }), websocket: `${socket}?${query}` },
  };
}
