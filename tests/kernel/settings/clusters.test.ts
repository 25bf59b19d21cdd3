import { writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, test } from "@jest/globals";
import { SettingsError } from "../../../kernel/settings/errors.ts";
import { loadSettings } from "../../../kernel/settings/load.ts";
import { selfSigned } from "../../helpers/certificates.ts";

const MACHINE = { platform: "linux", home: "/home/op", cwd: "/work" } as const;
const PIN = Array.from({ length: 32 }, () => "AB").join(":");
const OTHER_PIN = Array.from({ length: 32 }, () => "CD").join(":");

type Env = Record<string, string | undefined>;

function token(prefix: string, secret: string): Env {
  return {
    [`${prefix}API_TOKEN_USER`]: "root",
    [`${prefix}API_TOKEN_REALM`]: "pam",
    [`${prefix}API_TOKEN_ID`]: "mcp",
    [`${prefix}API_TOKEN_SECRET`]: secret,
  };
}

const TWO: Env = {
  PROXMOX_CLUSTERS: "prod,lab-2",
  PROXMOX_PROD_HOST: "pve1,pve2:8007",
  ...token("PROXMOX_PROD_", "prod-secret"),
  PROXMOX_LAB_2_HOST: "192.0.2.1",
  PROXMOX_LAB_2_API_PORT: "443",
  PROXMOX_LAB_2_USERNAME: "root@pam",
  PROXMOX_LAB_2_PASSWORD: "lab-password",
};

const ONE: Env = { PROXMOX_HOST: "pve1", ...token("PROXMOX_", "one-secret") };

function clustersOf(env: Env) {
  return loadSettings(env, MACHINE).settings.clusters;
}

function faultsOf(env: Env) {
  try {
    loadSettings(env, MACHINE);
  } catch (error) {
    if (error instanceof SettingsError) return error.faults;
    throw error;
  }
  return [];
}

function file(content: string): string {
  const path = join(tmpdir(), `settings-${process.pid}-${Math.random()}`);
  writeFileSync(path, content);
  return path;
}

describe("several clusters", () => {
  test("have each variable to themselves, in the order of their names", () => {
    const [prod, lab, ...others] = clustersOf({
      ...TWO,
      PROXMOX_PROD_DEFAULT_BRIDGE: "vmbr9",
      PROXMOX_LAB_2_TLS_REJECT_UNAUTHORIZED: "0",
    });
    expect(others).toEqual([]);
    expect(prod).toMatchObject({
      name: "prod",
      prefix: "PROXMOX_PROD_",
      hosts: [
        { host: "pve1", port: 8006 },
        { host: "pve2", port: 8007 },
      ],
      credentials: { kind: "token", user: "root" },
      tls: { rejectUnauthorized: true },
      defaults: { bridge: "vmbr9" },
    });
    expect(lab).toMatchObject({
      name: "lab-2",
      prefix: "PROXMOX_LAB_2_",
      hosts: [{ host: "192.0.2.1", port: 443 }],
      credentials: { kind: "password", username: "root@pam" },
      tls: { rejectUnauthorized: false },
      defaults: { bridge: "vmbr0" },
    });
  });

  test("take their secrets from files as well", () => {
    const { PROXMOX_PROD_API_TOKEN_SECRET: _, ...rest } = TWO;
    const [prod] = clustersOf({ ...rest, PROXMOX_PROD_API_TOKEN_SECRET_FILE: file("from-file\n") });
    expect(prod?.credentials.kind === "token" && prod.credentials.secret.reveal()).toBe("from-file");
  });

  test("may be a single one with a name", () => {
    const { PROXMOX_CLUSTERS: _, ...rest } = TWO;
    expect(clustersOf({ ...rest, PROXMOX_CLUSTERS: "prod" }).map(({ name }) => name)).toEqual(["prod"]);
  });

  test("without names there is one, called default", () => {
    expect(clustersOf(ONE)).toMatchObject([{ name: "default", prefix: "PROXMOX_" }]);
  });

  test("warn by their own names", () => {
    const { warnings } = loadSettings({ ...TWO, PROXMOX_LAB_2_TLS_REJECT_UNAUTHORIZED: "0" }, MACHINE);
    expect(warnings).toEqual([expect.stringContaining("PROXMOX_LAB_2_TLS_REJECT_UNAUTHORIZED")]);
  });
});

describe("faults of several clusters", () => {
  test("come all at once, each by the name that the operator would set", () => {
    const faults = faultsOf({
      PROXMOX_CLUSTERS: "prod,lab",
      PROXMOX_PROD_API_PORT: "no",
      PROXMOX_PROD_API_TOKEN_USER: "root@pam",
      PROXMOX_LAB_HOST: "https://pve1",
      PROXMOX_MCP_ACCESS: "admin",
    });
    expect(faults.map(({ name }) => name).sort()).toEqual([
      "PROXMOX_LAB_API_TOKEN_SECRET",
      "PROXMOX_LAB_HOST",
      "PROXMOX_MCP_ACCESS",
      "PROXMOX_PROD_API_PORT",
      "PROXMOX_PROD_API_TOKEN_ID",
      "PROXMOX_PROD_API_TOKEN_REALM",
      "PROXMOX_PROD_API_TOKEN_SECRET",
      "PROXMOX_PROD_API_TOKEN_USER",
      "PROXMOX_PROD_HOST",
    ]);
    const said = (name: string) => faults.find((fault) => fault.name === name)?.accepted;
    expect(said("PROXMOX_LAB_HOST")).toBe("set PROXMOX_LAB_HOST=pve1:443");
    expect(said("PROXMOX_PROD_API_TOKEN_USER")).toContain("PROXMOX_PROD_API_TOKEN_REALM");
    expect(said("PROXMOX_LAB_API_TOKEN_SECRET")).toContain("PROXMOX_LAB_USERNAME");
    expect(JSON.stringify(faults)).not.toMatch(/PROXMOX_(?:HOST|API|USERNAME|PASSWORD)/);
  });

  test("plain names are refused beside them, and say where they may belong", () => {
    const faults = faultsOf({ ...TWO, PROXMOX_HOST: "pve1", PROXMOX_DEFAULT_NODE_FILE: "/x" });
    expect(faults).toEqual([
      expect.objectContaining({ name: "PROXMOX_HOST", accepted: "PROXMOX_PROD_HOST, PROXMOX_LAB_2_HOST" }),
      expect.objectContaining({ name: "PROXMOX_DEFAULT_NODE_FILE" }),
    ]);
  });

  test("names that cannot be are one, without others that follow from them", () => {
    for (const names of ["prod,mcp", "Prod", "prod,prod-tls"]) {
      const faults = faultsOf({ ...TWO, PROXMOX_CLUSTERS: names }).map(({ name }) => name);
      expect(faults).toEqual(["PROXMOX_CLUSTERS"]);
    }
  });

  test.each([
    ["PROXMOX_PROD_HSOT", "PROXMOX_PROD_HOST"],
    ["PROXMOX_PRDO_HOST", "PROXMOX_PROD_HOST"],
    ["PROXMOX_LAB_2_PASSWORD_FIEL", "PROXMOX_LAB_2_PASSWORD_FILE"],
    ["PROXMOX_CLUSTER", "PROXMOX_CLUSTERS"],
  ])("a slip stops the start: %s", (slip, meant) => {
    expect(faultsOf({ ...TWO, [slip]: "x" })).toEqual([
      expect.objectContaining({ name: slip, accepted: expect.stringContaining(meant) }),
    ]);
  });

  test("variables of a cluster that is not named only warn: they may be another program's", () => {
    const { warnings } = loadSettings({ ...TWO, PROXMOX_VE_USERNAME: "root@pam" }, MACHINE);
    expect(warnings).toEqual([expect.stringContaining("PROXMOX_VE_USERNAME")]);
  });
});

describe("fingerprints", () => {
  const hosts = "pve1,pve2:8007,[2001:db8::1]";

  test("without a host are for every one, with one for that alone", () => {
    const [cluster] = clustersOf({
      ...ONE,
      PROXMOX_HOST: hosts,
      PROXMOX_TLS_FINGERPRINT: `${PIN}, PVE2=${OTHER_PIN} 2001:db8::1=${OTHER_PIN},${PIN}`,
    });
    expect(cluster?.hosts.map(({ fingerprints }) => fingerprints)).toEqual([
      [PIN],
      [PIN, OTHER_PIN],
      [PIN, OTHER_PIN],
    ]);
  });

  test("with a port are for that port", () => {
    const [cluster] = clustersOf({
      ...ONE,
      PROXMOX_HOST: "pve1,pve1:8007",
      PROXMOX_TLS_FINGERPRINT: `pve1:8007=${PIN}`,
    });
    expect(cluster?.hosts).toEqual([
      { host: "pve1", port: 8006, fingerprints: [] },
      { host: "pve1", port: 8007, fingerprints: [PIN] },
    ]);
  });

  test("for a host that is not there are a fault", () => {
    expect(faultsOf({ ...ONE, PROXMOX_TLS_FINGERPRINT: `${PIN},pve9=${PIN}` })).toEqual([
      expect.objectContaining({
        name: "PROXMOX_TLS_FINGERPRINT",
        wrong: expect.stringContaining("not among"),
      }),
    ]);
  });

  test("that leave a host unpinned do not silence the warning", () => {
    const env = { ...ONE, PROXMOX_HOST: "pve1,pve2", PROXMOX_TLS_REJECT_UNAUTHORIZED: "0" };
    const warnings = (pins: string) =>
      loadSettings({ ...env, PROXMOX_TLS_FINGERPRINT: pins }, MACHINE).warnings;
    expect(warnings(`pve1=${PIN}`)).toHaveLength(1);
    expect(warnings(`pve1=${PIN},pve2=${PIN}`)).toEqual([]);
  });
});

describe("the file of an authority", () => {
  const caFault = (content: string) => faultsOf({ ...ONE, PROXMOX_TLS_CA_FILE: file(content) })[0]?.wrong;

  test("that holds certificates is taken", () => {
    const { cert } = selfSigned();
    expect(caFault(cert)).toBeUndefined();
    expect(caFault(`# a comment\n${cert}\n${cert}`)).toBeUndefined();
  });

  test("that holds none, or a broken one, is a fault", () => {
    const { cert, key } = selfSigned();
    expect(caFault("")).toContain("no certificate in PEM form");
    expect(caFault(key)).toContain("no certificate in PEM form");
    expect(caFault(Buffer.from(cert).toString("base64"))).toContain("no certificate in PEM form");
    expect(caFault(cert.replace(/^MII.{8}/m, "MIIAAAAAAAA"))).toContain("cannot be read");
    expect(caFault(`${cert}${cert.replace(/^MII.{8}/m, "MIIAAAAAAAA")}`)).toContain("cannot be read");
  });
});
