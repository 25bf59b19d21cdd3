import {
  defineTool,
  featured,
  type Guest,
  guestRef,
  isRunning,
  nameOfGuest,
  type RestStep,
  refuseForeignOptions,
  rest,
  type Settle,
  type Static,
  ToolError,
  Type,
} from "../../sdk/index.ts";

const STATUS = "GET /nodes/{node}/lxc/{vmid}/status/current";

const input = featured(
  Type.Object({
    vmid: guestRef(),
    action: Type.Union(
      [
        Type.Literal("start"),
        Type.Literal("stop"),
        Type.Literal("shutdown"),
        Type.Literal("reboot"),
        Type.Literal("suspend"),
        Type.Literal("resume"),
      ],
      { description: "stop kills; suspend and resume are experimental" },
    ),
    timeout: Type.Optional(Type.Integer({ minimum: 0, description: "Seconds" })),
    forceStop: Type.Optional(Type.Boolean({ description: "shutdown: stop hard after timeout" })),
    "overrule-shutdown": Type.Optional(Type.Boolean({ description: "stop: abort a running shutdown" })),
    debug: Type.Optional(Type.Boolean({ description: "start: verbose log" })),
  }),
  ["vmid", "action", "timeout"],
);

type Input = Static<typeof input>;
type Option = Exclude<keyof Input, "vmid" | "action">;

interface Power {
  readonly takes: readonly Option[];
  /** Whether the container has to run beforehand; the API refuses any other start. */
  readonly needsRunning: boolean;
  readonly becomes: Extract<Settle, { kind: "guest" }>["status"];
}

const POWER: Readonly<Record<Input["action"], Power>> = {
  start: { takes: ["debug"], needsRunning: false, becomes: "running" },
  stop: { takes: ["overrule-shutdown"], needsRunning: true, becomes: "stopped" },
  shutdown: { takes: ["timeout", "forceStop"], needsRunning: true, becomes: "stopped" },
  reboot: { takes: ["timeout"], needsRunning: true, becomes: "running" },
  suspend: { takes: [], needsRunning: true, becomes: "stopped" },
  resume: { takes: [], needsRunning: false, becomes: "running" },
};

export const lxcAction = defineTool({
  name: "proxmox_lxc_action",
  title: "Start, stop or suspend a container",
  describe: "Changes an LXC container's power state.",
  risk: "destructive",
  uses: [
    "POST /nodes/{node}/lxc/{vmid}/status/start",
    "POST /nodes/{node}/lxc/{vmid}/status/stop",
    "POST /nodes/{node}/lxc/{vmid}/status/shutdown",
    "POST /nodes/{node}/lxc/{vmid}/status/reboot",
    "POST /nodes/{node}/lxc/{vmid}/status/suspend",
    "POST /nodes/{node}/lxc/{vmid}/status/resume",
    STATUS,
  ],
  input,
  async plan({ vmid: ref, action, ...options }, pve) {
    refuseForeignOptions(action, options, POWER[action].takes);
    const guest = await pve.guest("lxc", ref);
    refuseTemplate(guest);
    refuseState(guest, action, await isRunning(guest, pve));
    return [step(action, { ...options, node: guest.node, vmid: guest.vmid })];
  },
});

function step(
  action: Input["action"],
  { vmid, ...params }: Pick<Input, Option> & { node: string; vmid: number },
): RestStep {
  return rest.post(
    `/nodes/{node}/lxc/{vmid}/status/${action}`,
    { ...params, vmid },
    { settle: { kind: "guest", vmid, status: POWER[action].becomes } },
  );
}

function refuseTemplate({ vmid, name, template }: Guest): void {
  if (!template) return;
  throw new ToolError({
    code: "invalid_input",
    message: `Container ${vmid} (${name}) is a template; templates do not run.`,
    next: "Clone it with proxmox_lxc_clone and start the clone.",
  });
}

function refuseState(guest: Guest, action: Input["action"], running: boolean): void {
  if (POWER[action].needsRunning === running) return;
  throw new ToolError({
    code: "conflict",
    message: `${nameOfGuest(guest)} is ${running ? "running already" : "not running"}, so ${action} cannot be done.`,
    next: "Nothing to do if that is the wanted state; proxmox_lxc_get shows more.",
  });
}
