import { createLab } from "../../sdk/lab/index.ts";
import type { Figure } from "./figures.ts";
import { connect, vmGet } from "./throughput.ts";

const CALLS = 20;
const VMID = 101;

/** API requests that `proxmox_vm_get` makes: the first call with its inventory, then the average. */
export async function requestsFigure(main: string, stateDir: string): Promise<Figure> {
  const lab = await createLab();
  const [, user = "", realm = "", id = ""] = /^(.+)@([^@!]+)!(.+)$/.exec(lab.tokens.root?.id ?? "") ?? [];
  const client = await connect(main, {
    PROXMOX_HOST: lab.host,
    PROXMOX_API_PORT: String(lab.port),
    PROXMOX_TLS_FINGERPRINT: lab.fingerprint,
    PROXMOX_API_TOKEN_USER: user,
    PROXMOX_API_TOKEN_REALM: realm,
    PROXMOX_API_TOKEN_ID: id,
    PROXMOX_API_TOKEN_SECRET: lab.tokens.root?.secret ?? "",
    PROXMOX_MCP_STATE_DIR: stateDir,
  });
  await vmGet(client, VMID);
  const before = lab.requests();
  for (let call = 0; call < CALLS; call++) await vmGet(client, VMID);
  const perCall = (lab.requests() - before) / CALLS;
  await client.close();
  await lab.close();
  return {
    what: "API requests per `proxmox_vm_get`, inventory cached",
    measured: perCall.toFixed(2),
    against: "",
    goal: "≤ 2",
    met: perCall <= 2,
  };
}
