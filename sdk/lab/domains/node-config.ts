import { createHash } from "node:crypto";
import { die } from "../errors.ts";
import { assertUnchanged } from "../sections.ts";
import type { LabCore, LabNode, LabRequest } from "../types.ts";

const PATH = "/nodes/{node}/config";

/** A node's own options. (pve-manager, PVE/API2/NodeConfig.pm, PVE/NodeConfig.pm) */
export function registerNodeConfig(lab: LabCore): void {
  lab.route(`GET ${PATH}`, ({ node: { config }, params }) => {
    const asked = params.text("property");
    if (asked !== undefined) return config.has(asked) ? { [asked]: config.get(asked) } : {};
    return config.size === 0 ? {} : { ...Object.fromEntries(config), digest: digestOf(config) };
  });
  lab.route(`PUT ${PATH}`, write);
}

function digestOf(config: LabNode["config"]): string {
  return createHash("sha1")
    .update(JSON.stringify([...config]))
    .digest("hex");
}

function write({ node, params }: LabRequest): null {
  // An empty file has no digest to differ from.
  if (node.config.size > 0) assertUnchanged(digestOf(node.config), params.text("digest"));
  const config = new Map(node.config);
  for (const key of params.list("delete")) config.delete(key);
  for (const key of params.names()) {
    if (key === "node" || key === "digest" || key === "delete") continue;
    const text = params.need(key);
    if (key === "description") describe(config, text);
    else config.set(key, text);
  }
  assertDomains(config);
  for (const [key, value] of config) {
    if (key !== "description" && value.includes("\n"))
      throw die(`detected invalid newline inside property '${key}'`);
  }
  node.config.clear();
  for (const [key, value] of config) node.config.set(key, value);
  return null;
}

/** Descriptions are stored as comment lines: no empty ones at the end, and each comes back with an end of line. */
function describe(config: Map<string, string>, text: string): void {
  const lines = text.replace(/\n+$/, "");
  if (lines === "") config.delete("description");
  else config.set("description", `${lines}\n`);
}

/** A domain has one certificate order, by a plugin that is there. */
function assertDomains(config: ReadonlyMap<string, string>): void {
  const taken = new Map<string, string>();
  const alone = /(?:^|,)domains=([^,]*)/.exec(config.get("acme") ?? "")?.[1] ?? "";
  for (const domain of alone.split(";").map((name) => name.toLowerCase())) {
    if (domain === "") continue;
    if (taken.has(domain)) throw die(`duplicate domain '${domain}' in ACME config properties`);
    taken.set(domain, "acme");
  }
  for (let index = 0; index <= 5; index++) {
    const key = `acmedomain${index}`;
    const fields = config.get(key)?.split(",");
    if (fields === undefined) continue;
    const named = fields.find((field) => !field.includes("=") || field.startsWith("domain=")) ?? "";
    const domain = named.replace(/^domain=/, "").toLowerCase();
    const other = taken.get(domain);
    if (other !== undefined)
      throw die(`duplicate domain '${domain}' in ACME config properties '${key}' and '${other}'`);
    const plugin = fields.find((field) => field.startsWith("plugin="))?.slice("plugin=".length);
    if (plugin !== undefined && plugin !== "standalone")
      throw die(`plugin '${plugin}' for domain '${domain}' not found!`);
    taken.set(domain, key);
  }
}
