import { openLabTarget } from "../../sdk/testing/lab-target.ts";
import type { Target } from "../../sdk/testing/target.ts";
import { selfSigned } from "../helpers/certificates.ts";
import { Wire } from "./wire.ts";

/** A lab that the server reaches by a wire alone. */
export interface WiredLab {
  /** The lab as scenarios see it; its settings lead to the wire. */
  readonly target: Target;
  readonly wire: Wire;
  /** The secret of the token that the server signs in with. */
  readonly secret: string;
}

const certificate = selfSigned();

/** Opens a fresh lab behind a wire; closing its target closes both. */
export async function openWiredLab(): Promise<WiredLab> {
  const target = await openLabTarget();
  const wire = await Wire.open(target.address, certificate);
  const env = {
    ...target.env,
    PROXMOX_HOST: "127.0.0.1",
    PROXMOX_API_PORT: String(wire.port),
    PROXMOX_TLS_FINGERPRINT: certificate.fingerprint,
    // The wire is there, however busy the machine.
    PROXMOX_MCP_CONNECT_TIMEOUT_MS: "60000",
  };
  const close = async () => {
    await wire.close();
    await target.close();
  };
  return { target: { ...target, env, close }, wire, secret: target.env.PROXMOX_API_TOKEN_SECRET ?? "" };
}
