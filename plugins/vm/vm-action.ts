import {
  defineTool,
  featured,
  guestRef,
  type RestStep,
  refuseForeignOptions,
  rest,
  type Settle,
  type Static,
  ToolError,
  Type,
} from "../../sdk/index.ts";

const input = featured(
  Type.Object({
    vmid: guestRef(),
    action: Type.Union(
      [
        Type.Literal("start"),
        Type.Literal("stop"),
        Type.Literal("shutdown"),
        Type.Literal("reboot"),
        Type.Literal("reset"),
        Type.Literal("suspend"),
        Type.Literal("hibernate"),
        Type.Literal("resume"),
      ],
      {
        description: "stop and reset cut the power; suspend keeps memory, hibernate writes it to disk",
      },
    ),
    timeout: Type.Optional(Type.Integer({ minimum: 0, description: "Seconds" })),
    forceStop: Type.Optional(Type.Boolean({ description: "shutdown: stop hard after timeout" })),
    keepActive: Type.Optional(Type.Boolean()),
    "overrule-shutdown": Type.Optional(Type.Boolean({ description: "stop: abort a running shutdown" })),
    statestorage: Type.Optional(Type.String({ description: "hibernate" })),
    "force-cpu": Type.Optional(Type.String({ description: "start: QEMU -cpu" })),
    machine: Type.Optional(Type.String({ description: "start" })),
  }),
  ["vmid", "action", "timeout", "forceStop"],
);

type Input = Static<typeof input>;
type Option = Exclude<keyof Input, "vmid" | "action">;

interface Power {
  /** Last part of the endpoint's path. */
  readonly endpoint: string;
  readonly takes: readonly Option[];
  readonly becomes: Extract<Settle, { kind: "guest" }>["status"];
}

const POWER: Readonly<Record<Input["action"], Power>> = {
  start: { endpoint: "start", takes: ["timeout", "force-cpu", "machine"], becomes: "running" },
  stop: { endpoint: "stop", takes: ["timeout", "keepActive", "overrule-shutdown"], becomes: "stopped" },
  shutdown: { endpoint: "shutdown", takes: ["timeout", "forceStop", "keepActive"], becomes: "stopped" },
  reboot: { endpoint: "reboot", takes: ["timeout"], becomes: "running" },
  reset: { endpoint: "reset", takes: [], becomes: "running" },
  suspend: { endpoint: "suspend", takes: [], becomes: "paused" },
  hibernate: { endpoint: "suspend", takes: ["statestorage"], becomes: "stopped" },
  resume: { endpoint: "resume", takes: [], becomes: "running" },
};

export const vmAction = defineTool({
  name: "proxmox_vm_action",
  title: "Start, stop or suspend a VM",
  describe: "Changes a QEMU VM's power state.",
  risk: "destructive",
  uses: [
    "POST /nodes/{node}/qemu/{vmid}/status/start",
    "POST /nodes/{node}/qemu/{vmid}/status/stop",
    "POST /nodes/{node}/qemu/{vmid}/status/shutdown",
    "POST /nodes/{node}/qemu/{vmid}/status/reboot",
    "POST /nodes/{node}/qemu/{vmid}/status/reset",
    "POST /nodes/{node}/qemu/{vmid}/status/suspend",
    "POST /nodes/{node}/qemu/{vmid}/status/resume",
  ],
  input,
  async plan({ vmid: ref, action, ...options }, pve) {
    refuseForeignOptions(action, options, POWER[action].takes);
    const { vmid, node, name, template } = await pve.guest("qemu", ref);
    if (template) {
      throw new ToolError({
        code: "invalid_input",
        message: `VM ${vmid} (${name}) is a template; templates do not run.`,
        next: "Clone it with proxmox_vm_clone and start the clone.",
      });
    }
    return [step(action, { node, vmid, ...options })];
  },
});

function step(
  action: Input["action"],
  { vmid, ...params }: Pick<Input, Option> & { node: string; vmid: number },
): RestStep {
  const { endpoint, becomes } = POWER[action];
  return rest.post(
    `/nodes/{node}/qemu/{vmid}/status/${endpoint}`,
    { ...params, vmid, ...(action === "hibernate" ? { todisk: true } : {}) },
    { settle: { kind: "guest", vmid, status: becomes } },
  );
}
