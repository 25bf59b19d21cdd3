import type { Redactor } from "../../secrets/redact.ts";
import { Left } from "../leaving.ts";
import { RestFault } from "../types.ts";
import { CertificateFault, ConnectTimeout } from "./connect-faults.ts";
import { codeOf } from "./error-code.ts";
import { AnswerTooLarge, FileFault, MAX_ANSWER_BYTES } from "./exchange.ts";
import { CaFileFault } from "./host.ts";
import { HostFault } from "./host-fault.ts";

interface Explanation {
  readonly reason: string;
  readonly hint?: string;
  /** Whether the same request can fare better a moment later. */
  readonly passing: boolean;
}

const NETWORK: Readonly<Record<string, Omit<Explanation, "passing">>> = {
  ECONNREFUSED: {
    reason: "connection refused",
    hint: "Check that the node is up, that pveproxy runs on it, and PROXMOX_HOST and PROXMOX_API_PORT.",
  },
  ENOTFOUND: {
    reason: "no such host name",
    hint: "Check PROXMOX_HOST and the name resolution of this machine.",
  },
  EAI_AGAIN: {
    reason: "the host name could not be resolved",
    hint: "Check PROXMOX_HOST and the name resolution of this machine.",
  },
  EHOSTUNREACH: { reason: "host unreachable", hint: "Check that the node is up and the network between." },
  ENETUNREACH: {
    reason: "network unreachable",
    hint: "Check the network between this machine and the node.",
  },
  ETIMEDOUT: {
    reason: "no connection in time",
    hint: "Check that the node is up and no firewall is between.",
  },
  ECONNRESET: { reason: "the connection was reset" },
  EPIPE: { reason: "the connection was closed" },
  UND_ERR_SOCKET: { reason: "the connection was closed before the answer was complete" },
  UND_ERR_DESTROYED: { reason: "the connections to the cluster were closed" },
  EPROTO: {
    reason: "the host does not speak TLS as Proxmox VE does",
    hint: "Check PROXMOX_HOST and PROXMOX_API_PORT (8006 by default, no reverse proxy without TLS).",
  },
};

/** `host` is named in hints where there are others beside it. */
function explain(cause: unknown, host?: string): Explanation {
  if (cause instanceof Left) return { reason: leftReason(cause), passing: false };
  if (cause instanceof CertificateFault) return certificate(cause, host);
  if (cause instanceof ConnectTimeout) return { ...lookUp("ETIMEDOUT"), passing: true };
  if (cause instanceof CaFileFault) {
    return {
      reason: "the file with the certificate authority cannot be read",
      hint: "Check that PROXMOX_TLS_CA_FILE names a readable PEM file.",
      passing: false,
    };
  }
  if (cause instanceof AnswerTooLarge) {
    return {
      reason: `the answer is larger than ${MAX_ANSWER_BYTES / 1024 / 1024} MB`,
      hint: "Ask for less at once.",
      passing: false,
    };
  }
  if (cause instanceof FileFault) {
    return {
      reason: `the file ${cause.message}, so the upload was broken off`,
      hint: "Upload a file that nobody writes to meanwhile.",
      passing: false,
    };
  }
  const code = codeOf(cause);
  if (code.startsWith("ERR_SSL_") || code.startsWith("ERR_TLS_"))
    return { ...lookUp("EPROTO"), passing: false };
  if (code === "UND_ERR_INVALID_ARG") {
    return {
      reason: "the request cannot be formed: the credentials have characters that a header cannot carry",
      hint: "Check PROXMOX_API_TOKEN_USER, _REALM, _ID and _SECRET.",
      passing: false,
    };
  }
  if (cause instanceof Error && cause.name === "HTTPParserError")
    return { reason: "the answer is not HTTP", passing: false };
  return { ...lookUp(code), passing: code !== "UND_ERR_DESTROYED" };
}

/** The RestFault of a request without a readable answer, from whatever an exchange threw. */
export function connectionFault(error: unknown, write: boolean, redactor: Redactor): RestFault {
  const faults = error instanceof HostFault ? [error, ...error.others] : [];
  const told = faults.length > 0 ? faults.map(atHost) : [explain(error)];
  const sent = !(error instanceof HostFault) || error.sent;
  const kind = sent ? (write ? "unknown" : "no_answer") : "not_sent";
  const reason = [...new Set(told.map((each) => each.reason))].join("; ");
  const hint = told.find((each) => each.hint !== undefined)?.hint;
  return new RestFault(kind, redactor.text(reason), hint === undefined ? {} : { hint });
}

function atHost({ host, cause, others }: HostFault): Explanation {
  const explanation = explain(cause, others.length > 0 ? host : undefined);
  return cause instanceof Left ? explanation : { ...explanation, reason: `${host}: ${explanation.reason}` };
}

/** Why a host could not be reached, in few words. */
export function reasonOf(cause: unknown): string {
  return explain(cause).reason;
}

/** Whether the same request can fare better a moment later. */
export function mayPass(error: unknown): boolean {
  return error instanceof HostFault && [error, ...error.others].some(({ cause }) => explain(cause).passing);
}

/** Why a caller has no answer, for the reason of a fault; `awaited` is what did not come in time. */
export function leftReason(left: Left, timeoutMs?: number, awaited = "answer"): string {
  switch (left.why) {
    case "cancelled":
      return "the request was cancelled";
    case "timeout":
      return timeoutMs === undefined ? `no ${awaited} in time` : `no ${awaited} within ${timeoutMs / 1000} s`;
    case "closed":
      return "the server is shutting down";
  }
}

function certificate(fault: CertificateFault, host: string | undefined): Explanation {
  const { fingerprint, message } = fault;
  if (fingerprint === undefined) return { reason: message, passing: false };
  return {
    reason: `${message}; its SHA-256 fingerprint is ${fingerprint}`,
    hint:
      "Compare the fingerprint with the one the node shows (its System, Certificates page). If they are the " +
      `same, ${host === undefined ? `set PROXMOX_TLS_FINGERPRINT=${fingerprint}` : `add ${host}=${fingerprint} to PROXMOX_TLS_FINGERPRINT`}, or set PROXMOX_TLS_CA_FILE to a copy of the cluster's ` +
      "/etc/pve/pve-root-ca.pem. If they differ, somebody may be listening in between.",
    passing: false,
  };
}

function lookUp(code: string): Omit<Explanation, "passing"> {
  return NETWORK[code] ?? { reason: `the connection failed${code === "" ? "" : ` (${code})`}` };
}
