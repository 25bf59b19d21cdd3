import {
  defineTool,
  featured,
  nodeName,
  type ParamValue,
  type PveReader,
  type RestStep,
  rest,
  type Static,
  ToolError,
  Type,
} from "../../sdk/index.ts";

/** Parameters that each action takes, by their names in the API. */
const TAKES = {
  reboot: [],
  shutdown: [],
  wakeonlan: [],
  startall: ["vms", "force", "max-workers"],
  stopall: ["vms", "force-stop", "timeout", "max-workers"],
  suspendall: ["vms", "max-workers"],
  migrateall: ["target", "vms", "with-local-disks", "max-workers"],
} as const satisfies Record<string, readonly string[]>;

const input = featured(
  Type.Object({
    node: nodeName(),
    action: Type.Union([
      Type.Literal("reboot"),
      Type.Literal("shutdown"),
      Type.Literal("wakeonlan"),
      Type.Literal("startall"),
      Type.Literal("stopall"),
      Type.Literal("suspendall"),
      Type.Literal("migrateall"),
    ]),
    target: Type.Optional(nodeName({ description: "Of migrateall" })),
    vms: Type.Optional(
      Type.Array(Type.Integer({ minimum: 100, maximum: 999_999_999 }), {
        minItems: 1,
        description: "Only these VMIDs",
      }),
    ),
    force: Type.Optional(Type.Boolean({ description: "startall: without onboot too" })),
    "force-stop": Type.Optional(Type.Boolean({ description: "stopall: hard after timeout" })),
    timeout: Type.Optional(
      Type.Integer({
        minimum: 0,
        maximum: 7200,
        description: "stopall: seconds",
      }),
    ),
    "with-local-disks": Type.Optional(Type.Boolean({ description: "migrateall" })),
    "max-workers": Type.Optional(
      Type.Integer({
        minimum: 1,
        maximum: 64,
      }),
    ),
  }),
  ["node", "action", "target", "vms"],
);

type Input = Static<typeof input>;
type Option = Exclude<keyof Input, "node" | "action">;

const OPTIONS = [
  "target",
  "vms",
  "force",
  "force-stop",
  "timeout",
  "with-local-disks",
  "max-workers",
] as const satisfies readonly Option[];

export const nodeAction = defineTool({
  name: "proxmox_node_action",
  title: "Act on a node",
  describe: "Powers a node, or acts on all its guests. Reboot and shutdown stop them first.",
  risk: "destructive",
  uses: [
    "POST /nodes/{node}/status",
    "POST /nodes/{node}/wakeonlan",
    "POST /nodes/{node}/startall",
    "POST /nodes/{node}/stopall",
    // Older releases cannot suspend all guests of a node.
    { use: "POST /nodes/{node}/suspendall", optional: true },
    "POST /nodes/{node}/migrateall",
  ],
  input,
  async plan(given, pve) {
    refuseForeignOptions(given);
    await checkNodes(given, pve);
    return [step(given)];
  },
});

function step({ node, action, target, ...options }: Input): RestStep {
  switch (action) {
    case "reboot":
      return rest.post(
        "/nodes/{node}/status",
        { node, command: action },
        { settle: { kind: "node", node, goes: "down-up" } },
      );
    case "shutdown":
      return rest.post(
        "/nodes/{node}/status",
        { node, command: action },
        { settle: { kind: "node", node, goes: "down" } },
      );
    case "wakeonlan":
      return rest.post("/nodes/{node}/wakeonlan", { node });
    case "migrateall": {
      const { "max-workers": workers, ...rest_ } = options;
      // Proxmox VE 8 knows this parameter by its older name only; 9 takes both.
      return rest.post("/nodes/{node}/migrateall", { node, target, ...rest_, maxworkers: workers });
    }
    default:
      return rest.post(`/nodes/{node}/${action}`, { node, ...options } satisfies Record<string, ParamValue>);
  }
}

function refuseForeignOptions(given: Input): void {
  const takes: readonly Option[] = TAKES[given.action];
  const foreign = OPTIONS.filter((option) => given[option] !== undefined && !takes.includes(option));
  if (foreign.length > 0) {
    throw new ToolError({
      code: "invalid_input",
      message: `The action ${given.action} does not take ${foreign.join(", ")}.`,
      next: takes.length === 0 ? "Leave them out." : `It takes ${takes.join(", ")}.`,
    });
  }
}

async function checkNodes({ node, action, target }: Input, pve: PveReader): Promise<void> {
  const { status } = await pve.node(node);
  if (action === "wakeonlan") {
    if (status !== "online") return;
    throw new ToolError({
      code: "conflict",
      message: `Node ${node} is online already.`,
      next: "Nothing to wake.",
    });
  }
  if (status !== "online") throw offline(node, status);
  if (action === "migrateall") await checkTarget(node, target, pve);
}

async function checkTarget(node: string, target: string | undefined, pve: PveReader): Promise<void> {
  if (target === undefined || target === node) {
    throw new ToolError({
      code: "invalid_input",
      message: target === undefined ? "migrateall needs a target." : "The target is the node itself.",
      next: "Name another online node as target; proxmox_node_list shows them.",
    });
  }
  const { status } = await pve.node(target);
  if (status !== "online") throw offline(target, status);
}

function offline(node: string, status: string): ToolError {
  return new ToolError({
    code: "conflict",
    message: `Node ${node} is ${status}.`,
    next: `Bring it up first, for example with the action wakeonlan.`,
    retry: true,
  });
}
