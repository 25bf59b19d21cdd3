import type { Expectation } from "../types.ts";
import { type Family, isSet, omit, pathNames, pick, type SentStep, seen } from "./context.ts";

/** Firewall rules are known by their place alone, which moves when one above comes or goes. */
export const firewallRules: Family = (sent) => {
  const { endpoint } = sent;
  const list = /^(.*\/firewall\/(?:rules|groups\/\{group\}))(\/\{pos\})?$/.exec(endpoint.path);
  const path = list?.[1];
  if (path === undefined) return undefined;
  const atPlace = list?.[2] !== undefined;
  if (!atPlace) return endpoint.method === "POST" ? [added(sent, path)] : undefined;
  if (endpoint.method === "DELETE" || isSet(sent.params.moveto)) return [rewritten(sent)];
  return [changed(sent)];
};

function added(sent: SentStep, path: string): Expectation {
  const inPath = pathNames(path);
  const row = omit(sent.params, ["digest", "pos", ...inPath]);
  return seen(path, pick(sent.params, inPath), { is: "listed", there: true, row });
}

function rewritten({ endpoint, params, before }: SentStep): Expectation {
  const place = pick(params, pathNames(endpoint.path));
  const digest = before?.digest;
  if (typeof digest !== "string") {
    return { object: endpoint.path, why: "the rules before the change were not read" };
  }
  return seen(endpoint.path, place, { is: "rewritten", digest });
}

function changed({ endpoint, params, before }: SentStep): Expectation {
  const inPath = pathNames(endpoint.path);
  const set = omit(params, ["delete", "digest", "moveto", ...inPath]);
  const gone = params.delete === undefined ? [] : String(params.delete).split(/[,;\s]+/);
  return seen(endpoint.path, pick(params, inPath), {
    is: "fields",
    by: `PUT /${endpoint.path.slice(1)}`,
    set,
    gone,
    ...(before === undefined ? {} : { before: pick(before, [...Object.keys(set), ...gone]) }),
  });
}
