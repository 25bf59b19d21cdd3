import { GRANTS } from "../../sdk/plugin.ts";
import { ParseFault } from "./errors.ts";
import { type Parser, parts, quote } from "./parsers.ts";

const PLUGIN_ID = /^[a-z][a-z0-9-]*$/;

/** What `PROXMOX_MCP_PLUGINS` chooses. */
export interface PluginSelection {
  readonly select: "all" | "validated" | readonly string[];
  readonly exclude: readonly string[];
}

/** `all`, `validated` or ids, each `-id` taken out; with nothing but `-id`s the rest of all. */
export const pluginSelection: Parser<PluginSelection> = (text) => {
  const words = parts(text, /[,\s]+/);
  const exclude = words.filter((word) => word.startsWith("-")).map((word) => pluginId(word.slice(1)));
  const include = words.filter((word) => !word.startsWith("-")).map(pluginId);
  const both = include.find((id) => exclude.includes(id));
  if (both !== undefined) throw new ParseFault(`it both takes and leaves out "${both}"`);
  const [first] = include;
  if (first === undefined) return { select: "all", exclude };
  const group = include.find((word) => word === "all" || word === "validated");
  if (group === undefined) return { select: [...new Set(include)], exclude };
  if (include.length > 1) throw new ParseFault(`it names "${group}" together with others`);
  return { select: group === "all" ? "all" : "validated", exclude };
};

/** `my-plugin=rest:write,artifacts;other=cli` as grants by plugin id. */
export const pluginGrants: Parser<Readonly<Record<string, readonly string[]>>> = (text) => {
  const grants: Record<string, readonly string[]> = {};
  for (const entry of parts(text, ";")) {
    const [id = "", list, ...more] = entry.split("=");
    if (list === undefined || more.length > 0)
      throw new ParseFault(`an entry is not of the form id=grant,grant`);
    const name = pluginId(id.trim());
    if (Object.hasOwn(grants, name)) throw new ParseFault(`"${name}" is named twice`);
    grants[name] = parts(list, ",").map(grant);
    if (grants[name].length === 0) throw new ParseFault(`"${name}" is given no grant`);
  }
  return grants;
};

function pluginId(text: string): string {
  if (!PLUGIN_ID.test(text)) throw new ParseFault(`${quote(text)} is not a plugin id`);
  return text;
}

function grant(text: string): string {
  if (!GRANTS.some((known) => known === text)) throw new ParseFault(`there is no grant ${quote(text)}`);
  return text;
}
