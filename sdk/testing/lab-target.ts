import type { ReleaseName } from "../lab/index.ts";
import type { OpenTarget, Place, Target } from "./target.ts";

/** Simulated seconds in a real one: fast, but not so fast that tasks end before anyone looks. */
const SPEED = 50;

/** On a busy machine a connection must not be closed just as a request goes out: nobody would know what became of it. */
const KEEP_ALIVE_MS = 120_000;

/** Free on every lab. */
export const PLACE: Place = {
  node: "pve1",
  storage: "local-lvm",
  bridge: "vmbr0",
  agentTemplate: 900,
  files: "nfs",
  url: "https://cdimage.debian.org/debian-cd/current/amd64/iso-cd/debian-13.1.0-amd64-netinst.iso",
  vmids: { first: 9000, last: 9099 },
};

/** A lab of its own with the small cluster, and its root token. */
export const openLabTarget: OpenTarget = () => openLab("9.2");

/** The same, running as some release. */
export function labTarget(pve: ReleaseName): OpenTarget {
  return () => openLab(pve);
}

async function openLab(pve: ReleaseName): Promise<Target> {
  // The lab is large, and only needed once something runs.
  const { createLab } = await import("../lab/index.ts");
  const lab = await createLab({ seed: "small", speed: SPEED, keepAlive: KEEP_ALIVE_MS, pve });
  const ssh = await lab.openSsh();
  const { root } = lab.tokens;
  if (root === undefined) throw new Error("the lab's seed has no root token");
  const [, user = "", realm = "", id = ""] = /^(.+)@([^@!]+)!(.+)$/.exec(root.id) ?? [];
  return {
    where: "lab",
    place: PLACE,
    address: {
      host: lab.host,
      port: lab.port,
      token: `${root.id}=${root.secret}`,
      fingerprint: lab.fingerprint,
    },
    env: {
      PROXMOX_HOST: lab.host,
      PROXMOX_API_PORT: String(lab.port),
      PROXMOX_TLS_FINGERPRINT: lab.fingerprint,
      PROXMOX_API_TOKEN_USER: user,
      PROXMOX_API_TOKEN_REALM: realm,
      PROXMOX_API_TOKEN_ID: id,
      PROXMOX_API_TOKEN_SECRET: root.secret,
      PROXMOX_SHELL_SSH_PRIVATE_KEY: ssh.privateKey,
      PROXMOX_SHELL_SSH_EXPECTED_HOST_KEY: ssh.fingerprint,
      PROXMOX_SHELL_SSH_HOSTS: Object.entries(ssh.ports)
        .map(([node, port]) => `${node}=${lab.host}:${port}`)
        .join(","),
    },
    lab,
    close: () => lab.close(),
  };
}
