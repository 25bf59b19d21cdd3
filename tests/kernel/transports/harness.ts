import type { Logger } from "../../../kernel/log.ts";
import { createRedactor, type Redactor } from "../../../kernel/secrets/redact.ts";
import { Secret } from "../../../kernel/secrets/secret.ts";
import type { ClusterSettings, HostSettings, LimitSettings } from "../../../kernel/settings/types.ts";
import type { WireValues } from "../../../kernel/transports/rest/form.ts";
import { type TransportParts, UndiciTransport } from "../../../kernel/transports/rest/transport.ts";
import { RestFault, type RestRequest } from "../../../kernel/transports/types.ts";
import type { ApiMethod, CallParams, Endpoint } from "../../../vendor/pve-docs/types.ts";
import { selfSigned } from "../../helpers/certificates.ts";

export const SECRET = "0f0e0d0c-1111-2222-3333-444455556666";
export const PASSWORD = "correct;horse=battery&staple+%";

/** One certificate for all tests of a file. */
export const certificate = selfSigned();

export const tokenCredentials = {
  kind: "token",
  user: "root",
  realm: "pam",
  tokenId: "mcp",
  secret: new Secret(SECRET),
} as const;

export const passwordCredentials = {
  kind: "password",
  username: "root@pam",
  password: new Secret(PASSWORD),
} as const;

export const silent: Logger = {
  debug: () => undefined,
  info: () => undefined,
  warn: () => undefined,
  error: () => undefined,
};

export interface TransportOptions {
  readonly port: number;
  readonly cluster?: Partial<ClusterSettings>;
  readonly limits?: Partial<LimitSettings>;
  readonly redactor?: Redactor;
  readonly logger?: Logger;
  readonly now?: () => number;
  readonly closeWaitMs?: number;
  readonly returnAfterMs?: number;
}

/** A host with the certificate of all tests pinned, or with other pins. */
export function hostSettings(
  host: string,
  port: number,
  fingerprints: readonly string[] = [certificate.fingerprint],
): HostSettings {
  return { host, port, fingerprints };
}

/** Settings of one cluster on loopback, its certificate pinned. */
export function clusterSettings(port: number, parts: Partial<ClusterSettings> = {}): ClusterSettings {
  return {
    name: "test",
    prefix: "PROXMOX_",
    hosts: [hostSettings("127.0.0.1", port)],
    credentials: tokenCredentials,
    tls: { rejectUnauthorized: true },
    defaults: { bridge: "vmbr0", snippetStorage: "local" },
    ...parts,
  };
}

export const limits: LimitSettings = {
  connectTimeoutMs: 5_000,
  requestTimeoutMs: 20_000,
  confirmTimeoutMs: 1_000,
  taskTimeoutMs: 1_000,
  inventoryCacheMs: 5_000,
  artifactInlineChars: 20_000,
  artifactMaxAgeMs: 86_400_000,
  artifactMaxBytes: 268_435_456,
  maxConnections: 4,
};

const open: UndiciTransport[] = [];

export function transport(options: TransportOptions): UndiciTransport {
  const parts: TransportParts = {
    cluster: clusterSettings(options.port, options.cluster),
    limits: { ...limits, ...options.limits },
    redactor: options.redactor ?? createRedactor(),
    logger: options.logger ?? silent,
    encode: async (_, params) => plainValues(params),
    firstWaitMs: 1,
    closeWaitMs: options.closeWaitMs ?? 100,
    ...(options.now ? { now: options.now } : {}),
    ...(options.returnAfterMs === undefined ? {} : { returnAfterMs: options.returnAfterMs }),
  };
  const made = new UndiciTransport(parts);
  open.push(made);
  return made;
}

/** Closes what {@link transport} made. */
export async function closeTransports(): Promise<void> {
  await Promise.all(open.splice(0).map((each) => each.close()));
}

/** The catalog's work for plain strings and lists. */
export function plainValues(params: CallParams): WireValues {
  const values: Record<string, string | readonly string[]> = {};
  for (const [name, value] of Object.entries(params)) {
    if (value === undefined) continue;
    values[name] = Array.isArray(value) ? value.map(String) : String(value);
  }
  return values;
}

export function request(
  method: ApiMethod,
  path: string,
  params: CallParams = {},
  more: Pick<RestRequest, "signal" | "timeoutMs"> = {},
): RestRequest {
  const endpoint: Endpoint = { method, path, name: "test", parameters: {} };
  return { endpoint, params, ...more };
}

/** The fault that a promise rejects with; anything else fails the test. */
export async function faultOf(promise: Promise<unknown>): Promise<RestFault> {
  try {
    await promise;
  } catch (error) {
    if (error instanceof RestFault) return error;
    throw error;
  }
  throw new Error("expected a RestFault, got an answer");
}

/** Everything a fault could show to somebody. */
export function shown(fault: RestFault): string {
  return JSON.stringify([fault.reason, fault.message, fault.hint, fault.errors, fault.status, String(fault)]);
}
