import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, test } from "@jest/globals";
import { SettingsError } from "../../../kernel/settings/errors.ts";
import { loadSettings } from "../../../kernel/settings/load.ts";

const MACHINE = { platform: "linux", home: "/home/op", cwd: "/work" } as const;
const folder = mkdtempSync(join(tmpdir(), "proxmox-mcp-ssh-settings-"));
const keyFile = join(folder, "key");
execFileSync("ssh-keygen", ["-q", "-t", "ed25519", "-N", "", "-C", "test", "-f", keyFile]);
const KEY = readFileSync(keyFile, "utf8");
const [TYPE = "", BLOB = ""] = readFileSync(`${keyFile}.pub`, "utf8").split(" ");
const PRINT = "A".repeat(42).concat("w");

const BASE = {
  PROXMOX_HOST: "pve1",
  PROXMOX_API_TOKEN_USER: "root",
  PROXMOX_API_TOKEN_REALM: "pam",
  PROXMOX_API_TOKEN_ID: "mcp",
  PROXMOX_API_TOKEN_SECRET: "token-secret",
};

type Env = Record<string, string>;

function load(env: Env) {
  return loadSettings({ ...BASE, ...env }, MACHINE);
}

function sshOf(env: Env) {
  return load(env).settings.clusters[0]?.ssh;
}

function pinsOf(pins: string) {
  return sshOf({ PROXMOX_SHELL_SSH_PRIVATE_KEY: KEY, PROXMOX_SHELL_SSH_EXPECTED_HOST_KEY: pins })?.hostKeys;
}

function faultsOf(env: Env) {
  try {
    load(env);
  } catch (error) {
    if (error instanceof SettingsError) return error.faults;
    throw error;
  }
  return [];
}

describe("SSH", () => {
  test("is off without a key, and says so where something else of it is set", () => {
    expect(sshOf({})).toBeUndefined();
    expect(load({}).warnings).toEqual([]);
    const { settings, warnings } = load({ PROXMOX_SHELL_SSH_USERNAME: "mcp" });
    expect(settings.clusters[0]?.ssh).toBeUndefined();
    expect(warnings).toEqual([expect.stringContaining("SSH stays off")]);
  });

  test("has root, port 22 and no trusted key where nothing else is said", () => {
    const env = { PROXMOX_SHELL_SSH_PRIVATE_KEY_PATH: keyFile };
    expect(sshOf(env)).toEqual({
      username: "root",
      key: { path: keyFile },
      hostKeys: [],
      port: 22,
      addresses: {},
    });
    expect(load(env).warnings).toEqual([expect.stringContaining("PROXMOX_SHELL_SSH_EXPECTED_HOST_KEY")]);
  });

  test("takes key and passphrase as secrets, also from files", () => {
    const passphrase = join(folder, "passphrase");
    writeFileSync(passphrase, "open sesame\n");
    const env = {
      PROXMOX_SHELL_SSH_PRIVATE_KEY_FILE: keyFile,
      PROXMOX_SHELL_SSH_PASSPHRASE_FILE: passphrase,
    };
    const ssh = sshOf(env);
    expect(ssh?.passphrase?.reveal()).toBe("open sesame");
    expect(ssh !== undefined && "secret" in ssh.key && ssh.key.secret.reveal()).toBe(KEY);
    expect(JSON.stringify(ssh)).not.toContain("sesame");
  });

  test("takes a key once, and only what is one", () => {
    const both = { PROXMOX_SHELL_SSH_PRIVATE_KEY: KEY, PROXMOX_SHELL_SSH_PRIVATE_KEY_PATH: keyFile };
    expect(faultsOf(both)).toMatchObject([{ name: "PROXMOX_SHELL_SSH_PRIVATE_KEY_PATH" }]);
    const [fault] = faultsOf({ PROXMOX_SHELL_SSH_PRIVATE_KEY: "hunter2hunter2" });
    expect(fault?.name).toBe("PROXMOX_SHELL_SSH_PRIVATE_KEY");
    expect(JSON.stringify(fault)).not.toContain("hunter2");
    expect(faultsOf({ PROXMOX_SHELL_SSH_PRIVATE_KEY_PATH: "/nowhere/key" })).toMatchObject([
      { name: "PROXMOX_SHELL_SSH_PRIVATE_KEY_PATH", wrong: "the file cannot be read" },
    ]);
  });

  test("belongs to each of several clusters, and warns by its name there", () => {
    const { settings, warnings } = loadSettings(
      {
        PROXMOX_CLUSTERS: "prod",
        ...Object.fromEntries(
          Object.entries(BASE).map(([name, value]) => [name.replace("PROXMOX_", "PROXMOX_PROD_"), value]),
        ),
        PROXMOX_PROD_SHELL_SSH_PRIVATE_KEY_PATH: keyFile,
        PROXMOX_PROD_SHELL_SSH_PORT: "2222",
      },
      MACHINE,
    );
    expect(settings.clusters[0]?.ssh?.port).toBe(2222);
    expect(warnings.join()).toContain("PROXMOX_PROD_SHELL_SSH_EXPECTED_HOST_KEY");
  });

  test("has addresses of nodes, with a port where it differs", () => {
    const addresses = "pve1=192.0.2.1, pve2=[2001:db8::2]:2222";
    const ssh = sshOf({ PROXMOX_SHELL_SSH_PRIVATE_KEY: KEY, PROXMOX_SHELL_SSH_HOSTS: addresses });
    expect(ssh?.addresses).toEqual({
      pve1: { host: "192.0.2.1", port: undefined },
      pve2: { host: "2001:db8::2", port: 2222 },
    });
    expect(faultsOf({ PROXMOX_SHELL_SSH_HOSTS: "192.0.2.1" })).toMatchObject([
      { name: "PROXMOX_SHELL_SSH_HOSTS" },
    ]);
    expect(faultsOf({ PROXMOX_SHELL_SSH_USERNAME: "root@pam" })).toMatchObject([
      { name: "PROXMOX_SHELL_SSH_USERNAME", wrong: "it has an @" },
    ]);
  });
});

describe("expected host keys", () => {
  const key = { kind: "key", type: TYPE, key: BLOB, revoked: false };

  test("are fingerprints, for all nodes or for one", () => {
    expect(pinsOf(`SHA256:${PRINT}, pve1=SHA256:${PRINT}=`)).toEqual([
      { kind: "fingerprint", sha256: PRINT },
      { kind: "fingerprint", sha256: PRINT, only: "pve1" },
    ]);
  });

  test("are keys with or without a comment, for all nodes or for one", () => {
    expect(pinsOf(`${TYPE} ${BLOB}, pve1=${TYPE} ${BLOB}`)).toEqual([
      { ...key, hosts: ["*"] },
      { ...key, hosts: ["pve1"] },
    ]);
  });

  test("are lines of known_hosts, where such a file is given as the value", () => {
    const path = join(folder, "known_hosts");
    writeFileSync(
      path,
      `# ours\npve1,192.0.2.1 ${TYPE} ${BLOB} comment\n@revoked * ${TYPE} ${BLOB}\n${TYPE} ${BLOB}\n`,
    );
    const env = { PROXMOX_SHELL_SSH_PRIVATE_KEY: KEY, PROXMOX_SHELL_SSH_EXPECTED_HOST_KEY_FILE: path };
    expect(sshOf(env)?.hostKeys).toEqual([
      { ...key, hosts: ["pve1", "192.0.2.1"] },
      { ...key, hosts: ["*"], revoked: true },
      { ...key, hosts: ["*"] },
    ]);
  });

  test("are paths of known_hosts files, which have to be readable", () => {
    const path = join(folder, "hosts");
    writeFileSync(path, "");
    expect(pinsOf(path)).toEqual([{ kind: "file", path }]);
    expect(
      faultsOf({
        PROXMOX_SHELL_SSH_PRIVATE_KEY: KEY,
        PROXMOX_SHELL_SSH_EXPECTED_HOST_KEY: "~/.ssh/known_hosts",
      }),
    ).toMatchObject([
      { name: "PROXMOX_SHELL_SSH_EXPECTED_HOST_KEY", wrong: "a file that it names cannot be read" },
    ]);
  });

  test.each([
    ["0f:0e:0d:0c:0f:0e:0d:0c:0f:0e:0d:0c:0f:0e:0d:0c", "MD5"],
    ["MD5:0f:0e:0d:0c:0f:0e:0d:0c:0f:0e:0d:0c:0f:0e:0d:0c", "MD5"],
    ["ssh-ed25519 AAAA", "not a key of that type"],
    ["SHA256:short", "neither"],
  ])("refuse %s", (pins, wrong) => {
    const [fault] = faultsOf({ PROXMOX_SHELL_SSH_EXPECTED_HOST_KEY: pins });
    expect(fault?.wrong).toContain(wrong);
  });
});
