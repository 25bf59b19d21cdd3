import type { X509Certificate } from "node:crypto";
import { isIP } from "node:net";
import { connect, type TLSSocket } from "node:tls";
import type { buildConnector } from "undici";
import { CertificateFault, ConnectTimeout } from "./connect-faults.ts";

/** How certificates are judged, with the CA file's content. */
export interface TlsChecks {
  readonly rejectUnauthorized: boolean;
  /** SHA-256 as upper-case hex pairs with colons; where any is given nothing else is checked. */
  readonly fingerprints: readonly string[];
  readonly ca?: Buffer;
}

/** Opens TLS connections for undici and hands one over only after its certificate was accepted. */
export class SecureConnector {
  readonly #checks: TlsChecks;
  readonly #timeoutMs: number;
  readonly #opening = new Set<TLSSocket>();

  constructor(checks: TlsChecks, timeoutMs: number) {
    this.#checks = checks;
    this.#timeoutMs = timeoutMs;
  }

  readonly connect: buildConnector.connector = ({ hostname, port }, callback) => {
    this.#judged(hostname, Number(port), callback);
  };

  /** Resolves when a host can be reached and its certificate is accepted. */
  reach(host: string, port: number): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#judged(host, port, (error, socket) => {
        socket?.destroy();
        if (error) reject(error);
        else resolve();
      });
    });
  }

  /** Gives up connections that are being opened. */
  close(): void {
    for (const socket of this.#opening) socket.destroy(new Error("closed"));
  }

  #judged(host: string, port: number, callback: buildConnector.Callback): void {
    const socket = this.#open(host, port);
    const timer = setTimeout(() => socket.destroy(new ConnectTimeout()), this.#timeoutMs);
    const settled = () => {
      clearTimeout(timer);
      this.#opening.delete(socket);
      socket.off("error", failed);
    };
    const failed = (error: Error) => {
      settled();
      callback(error, null);
    };
    socket.on("error", failed).once("secureConnect", () => {
      const fault = judge(socket, this.#checks);
      if (fault) {
        socket.destroy(fault);
      } else {
        settled();
        callback(null, socket);
      }
    });
  }

  /**
   * Never resumes a session, and checks the certificate itself instead of leaving that to the handshake:
   * only so the fingerprint of a refused certificate is known, and a resumed session checks no host name.
   */
  #open(host: string, port: number): TLSSocket {
    const socket = connect({
      host,
      port,
      ...(isIP(host) ? {} : { servername: host }),
      ...(this.#checks.ca ? { ca: this.#checks.ca } : {}),
      rejectUnauthorized: false,
      ALPNProtocols: ["http/1.1"],
    });
    this.#opening.add(socket);
    return socket.setNoDelay(true).setKeepAlive(true, 60_000);
  }
}

function judge(socket: TLSSocket, checks: TlsChecks): CertificateFault | undefined {
  const certificate = socket.getPeerX509Certificate();
  const fingerprint = certificate?.fingerprint256;
  if (checks.fingerprints.length > 0) {
    if (fingerprint !== undefined && checks.fingerprints.includes(fingerprint)) return undefined;
    return new CertificateFault("its certificate is not the pinned one", fingerprint);
  }
  if (socket.authorized || !checks.rejectUnauthorized) return undefined;
  // Node types it as Error and gives the code of the failed check.
  const code = String(socket.authorizationError);
  return new CertificateFault(`its certificate ${problem(code, certificate)}`, fingerprint);
}

function problem(code: string, certificate: X509Certificate | undefined): string {
  switch (code) {
    case "DEPTH_ZERO_SELF_SIGNED_CERT":
      return "is self-signed";
    case "SELF_SIGNED_CERT_IN_CHAIN":
    case "UNABLE_TO_VERIFY_LEAF_SIGNATURE":
    case "UNABLE_TO_GET_ISSUER_CERT":
    case "UNABLE_TO_GET_ISSUER_CERT_LOCALLY":
      return "is signed by an authority that is not trusted here";
    case "CERT_HAS_EXPIRED":
      return `expired (${certificate?.validTo ?? "date unknown"})`;
    case "CERT_NOT_YET_VALID":
      return `is not valid yet (${certificate?.validFrom ?? "date unknown"})`;
    case "ERR_TLS_CERT_ALTNAME_INVALID":
      return `is for other names (${certificate?.subjectAltName ?? "none"})`;
    default:
      return `could not be verified (${code})`;
  }
}
