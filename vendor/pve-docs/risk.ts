import { PARAM_RISKS, type ParamRisk } from "./risk-params.ts";
import { AGENT_COMMANDS, ENDPOINT_RISKS, GENERIC_AGENT } from "./risk-table.ts";
import type { ApiRisk, CallParams, Endpoint, EndpointKey } from "./types.ts";

const ORDER: readonly ApiRisk[] = ["read", "write", "destructive", "escape"];

function higher(a: ApiRisk, b: ApiRisk): ApiRisk {
  return ORDER.indexOf(a) >= ORDER.indexOf(b) ? a : b;
}

const byEndpoint = new Map<string, ApiRisk>(
  ENDPOINT_RISKS.flatMap(({ risk, endpoints }) => endpoints.map((key): [string, ApiRisk] => [key, risk])),
);

const paramRules = new Map<string, ParamRisk[]>();
for (const rule of PARAM_RISKS) {
  for (const key of rule.endpoints) {
    const rules = paramRules.get(key) ?? [];
    rules.push(rule);
    paramRules.set(key, rules);
  }
}

/** `"POST /nodes/{node}/qemu"` of an endpoint. */
export function keyOf(endpoint: Endpoint): EndpointKey {
  // Paths of endpoints begin with a slash; the facts' tests hold that.
  return `${endpoint.method} ${endpoint.path}` as EndpointKey;
}

function agentRisk(params: CallParams): ApiRisk {
  const { command } = params;
  if (typeof command === "string" && Object.hasOwn(AGENT_COMMANDS, command)) {
    return AGENT_COMMANDS[command] ?? "destructive";
  }
  return "destructive";
}

function baseRisk(endpoint: Endpoint, params: CallParams): ApiRisk {
  const key = keyOf(endpoint);
  if (key === GENERIC_AGENT) return agentRisk(params);
  const listed = byEndpoint.get(key);
  if (listed !== undefined) return listed;
  if (endpoint.method === "GET") return "read";
  return endpoint.method === "DELETE" ? "destructive" : "write";
}

/** What a call can do at worst, by method, path and parameters; see the tables in `risk-table.ts`. */
export function riskOf(endpoint: Endpoint, params: CallParams = {}): ApiRisk {
  let risk = baseRisk(endpoint, params);
  for (const rule of paramRules.get(keyOf(endpoint)) ?? []) {
    if (rule.when(params)) risk = higher(risk, rule.risk);
  }
  return risk;
}

/** Parameters of an endpoint that only serve uses above `limit`. */
export function paramsAbove(endpoint: Endpoint, limit: ApiRisk): ReadonlySet<string> {
  const rules = paramRules.get(keyOf(endpoint)) ?? [];
  const above = rules.filter(({ risk }) => ORDER.indexOf(risk) > ORDER.indexOf(limit));
  return new Set(above.flatMap(({ withholds }) => withholds));
}
