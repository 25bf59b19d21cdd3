import type { Endpoint } from "../../../vendor/pve-docs/types.ts";
import type { WireRequest } from "./exchange.ts";
import { encodeForm, type WireValues } from "./form.ts";
import { fillPath } from "./paths.ts";

const BASE = "/api2/json";

/** The form of a body; anything Proxmox VE does not know is answered with 506. */
const FORM = { "content-type": "application/x-www-form-urlencoded" } as const;

/**
 * The request of an endpoint, not signed yet. GET and DELETE take their parameters in the query, as
 * Proxmox VE refuses a body there; without parameters a POST has neither body nor content type.
 * Throws ToolError `invalid_input` where a value cannot be sent.
 */
export function requestOf({ method, path: template }: Endpoint, values: WireValues): WireRequest {
  const { path, rest } = fillPath(template, values);
  const form = encodeForm(rest);
  if (form === "") return { method, path: BASE + path, headers: {} };
  if (method === "GET" || method === "DELETE") return { method, path: `${BASE}${path}?${form}`, headers: {} };
  return { method, path: BASE + path, headers: FORM, body: form };
}

/** The request that signs in. */
export function signInRequest(username: string, password: string): WireRequest {
  const body = encodeForm({ username, password });
  return { method: "POST", path: `${BASE}/access/ticket`, headers: FORM, body };
}
