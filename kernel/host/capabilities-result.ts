const TEXT = { type: "string" };
const OBJECT = { type: "object" };

const TOOL = {
  type: "object",
  properties: {
    name: TEXT,
    plugin: TEXT,
    lowest: TEXT,
    highest: TEXT,
    validation: OBJECT,
    hidden: OBJECT,
    withheld: OBJECT,
  },
  required: ["name"],
  additionalProperties: false,
};

const REPORT = {
  type: "object",
  properties: {
    version: TEXT,
    access: TEXT,
    confirm: TEXT,
    protect: { type: "array", items: TEXT },
    policy: { type: "array", items: OBJECT },
    minValidation: TEXT,
    client: OBJECT,
    clusters: { type: "array", items: OBJECT },
    plugins: { type: "array", items: OBJECT },
    tools: { type: "array", items: TOOL },
  },
  required: ["version", "access", "clusters", "plugins", "tools"],
  additionalProperties: false,
};

/** Schema of what `proxmox_capabilities` answers: the whole report, or one tool. */
export const CAPABILITIES_RESULT = { type: "object", anyOf: [REPORT, TOOL] };
