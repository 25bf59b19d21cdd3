import { writeFileSync } from "node:fs";
import { resolve } from "node:path";
import { parseArgs } from "node:util";
import { createLab, type Lab, type SeedName } from "./lab.ts";
import { LAB_RELEASES } from "./release.ts";

const USAGE = `proxmox-mcp lab: a simulated Proxmox VE cluster

  --port N        port to listen on (default: any free one)
  --host ADDRESS  address to listen on (default: 127.0.0.1)
  --seed NAME     small (default), baseline, or a number of guests such as 10000
  --nodes N       nodes, where the seed is a number of guests (default: 3)
  --pve RELEASE   run as Proxmox VE 9.2 (default), 8.4 or 7.4
  --speed N       simulated seconds in a real one (default: 1)
  --ca FILE       write the certificate of the lab's authority to FILE
  --ssh FILE      serve the nodes by SSH too, and write the key of their login to FILE
  --control       serve POST /lab/faults, with which faults are provoked
  --help          this text
`;

/**
 * Runs a lab of its own until it is interrupted, and prints the settings to use it with.
 * Answers the exit code.
 */
export async function runLab(argv: readonly string[]): Promise<number> {
  const parsed = parse(argv);
  if (typeof parsed === "string") {
    process.stderr.write(`proxmox-mcp lab: ${parsed}\n\n${USAGE}`);
    return 2;
  }
  if (parsed.help === true) {
    process.stdout.write(USAGE);
    return 0;
  }
  const pve = LAB_RELEASES.find((release) => release === parsed.pve);
  const lab = await createLab({
    ...(pve === undefined ? {} : { pve }),
    host: parsed.host ?? "127.0.0.1",
    port: Number(parsed.port ?? 0),
    seed: seedOf(parsed.seed ?? "small", Number(parsed.nodes ?? 3)),
    speed: Number(parsed.speed ?? 1),
    refusalDelay: 3000,
    control: parsed.control === true,
  });
  if (parsed.ca !== undefined) writeFileSync(parsed.ca, lab.caPem);
  process.stdout.write(settings(lab) + (parsed.ssh === undefined ? "" : await sshSettings(lab, parsed.ssh)));
  await interrupted();
  await lab.close();
  return 0;
}

type Options = Partial<
  Record<"port" | "host" | "seed" | "nodes" | "pve" | "speed" | "ca" | "ssh", string>
> & {
  readonly control?: boolean;
  readonly help?: boolean;
};

/** The options, or what is wrong with them. */
function parse(argv: readonly string[]): Options | string {
  const text = { type: "string" } as const;
  const flag = { type: "boolean" } as const;
  try {
    const { values } = parseArgs({
      args: [...argv],
      options: {
        ...{ port: text, host: text, seed: text, nodes: text, pve: text, speed: text, ca: text, ssh: text },
        ...{ control: flag, help: { ...flag, short: "h" } },
      },
    });
    for (const name of ["port", "nodes", "speed"] as const) {
      const value = values[name];
      if (value !== undefined && !(Number(value) >= (name === "port" ? 0 : 1e-3))) {
        return `--${name} takes a number, not "${value}"`;
      }
    }
    const { seed, pve } = values;
    if (pve !== undefined && !LAB_RELEASES.some((release) => release === pve)) {
      return `--pve takes ${LAB_RELEASES.join(", ")}, not "${pve}"`;
    }
    if (seed !== undefined && !/^(small|baseline|[1-9]\d*)$/.test(seed)) {
      return `--seed takes small, baseline or a number of guests, not "${seed}"`;
    }
    return values;
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}

function seedOf(text: string, nodes: number): SeedName {
  if (text === "small" || text === "baseline") return text;
  return { guests: Number(text), nodes };
}

function settings(lab: Lab): string {
  const token = lab.tokens.root;
  const [, user, realm, id] = /^([^@]+)@([^!]+)!(.+)$/.exec(token?.id ?? "") ?? [];
  return `A simulated Proxmox VE ${lab.release} cluster answers on ${lab.url} until Ctrl-C. Settings to use it:

PROXMOX_HOST=${lab.host}
PROXMOX_API_PORT=${lab.port}
PROXMOX_TLS_FINGERPRINT=${lab.fingerprint}
PROXMOX_API_TOKEN_USER=${user}
PROXMOX_API_TOKEN_REALM=${realm}
PROXMOX_API_TOKEN_ID=${id}
PROXMOX_API_TOKEN_SECRET=${token?.secret}
`;
}

async function sshSettings(lab: Lab, keyFile: string): Promise<string> {
  const { privateKey, fingerprint, ports } = await lab.openSsh();
  writeFileSync(keyFile, privateKey, { mode: 0o600 });
  const hosts = Object.entries(ports).map(([node, port]) => `${node}=${lab.host}:${port}`);
  return `PROXMOX_SHELL_SSH_PRIVATE_KEY_PATH=${resolve(keyFile)}
PROXMOX_SHELL_SSH_EXPECTED_HOST_KEY=${fingerprint}
PROXMOX_SHELL_SSH_HOSTS=${hosts.join(",")}
`;
}

/** Resolves at Ctrl-C, or when the process is asked to end. */
async function interrupted(): Promise<void> {
  await new Promise<void>((resolve) => {
    process.once("SIGINT", () => resolve());
    process.once("SIGTERM", () => resolve());
  });
}
