import { mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, test } from "@jest/globals";
import fc from "fast-check";
import { SETTING_NAMES } from "../../../kernel/settings/definitions.ts";
import { SettingsError } from "../../../kernel/settings/errors.ts";
import { loadSettings } from "../../../kernel/settings/load.ts";

const LINUX = { platform: "linux", home: "/home/op", cwd: "/work" } as const;
const WINDOWS = { platform: "win32", home: "C:\\Users\\op", cwd: "C:\\work" } as const;
const SECRET = "11111111-2222-3333-4444-555555555555";
const GOOD = {
  PROXMOX_HOST: "pve1.example.com",
  PROXMOX_API_TOKEN_USER: "root",
  PROXMOX_API_TOKEN_REALM: "pam",
  PROXMOX_API_TOKEN_ID: "mcp",
  PROXMOX_API_TOKEN_SECRET: SECRET,
};

type Env = Record<string, string | undefined>;

function load(extra: Env = {}, machine: typeof LINUX | typeof WINDOWS = LINUX) {
  return loadSettings({ ...GOOD, ...extra }, machine);
}

function faultsOf(env: Env, machine: typeof LINUX | typeof WINDOWS = LINUX) {
  try {
    loadSettings(env, machine);
  } catch (error) {
    if (error instanceof SettingsError) return error.faults;
    throw error;
  }
  return [];
}

function fault(name: string, value: string | undefined) {
  return faultsOf({ ...GOOD, [name]: value }).find((candidate) => candidate.name === name);
}

function secretFile(content: string): string {
  const path = join(mkdtempSync(join(tmpdir(), "settings-")), "value");
  writeFileSync(path, content);
  return path;
}

describe("a good environment", () => {
  test("gives frozen settings with safe defaults", () => {
    const { settings, warnings } = load();
    expect(warnings).toEqual([]);
    expect(settings.access).toBe("read");
    expect(settings.confirm).toBe("destructive");
    expect(settings.plugins).toEqual({
      select: "all",
      exclude: [],
      paths: [],
      grants: {},
      strict: false,
      minValidation: "lab",
    });
    const [cluster] = settings.clusters;
    expect(cluster).toMatchObject({
      name: "default",
      hosts: [{ host: "pve1.example.com", port: 8006, fingerprints: [] }],
      tls: { rejectUnauthorized: true },
      defaults: { bridge: "vmbr0", snippetStorage: "local" },
    });
    expect(Object.isFrozen(settings) && Object.isFrozen(cluster?.tls)).toBe(true);
  });

  test("wraps the token's secret", () => {
    const credentials = load().settings.clusters[0]?.credentials;
    expect(credentials?.kind === "token" && credentials.secret.reveal()).toBe(SECRET);
    expect(JSON.stringify(load().settings)).not.toContain(SECRET);
  });

  test("takes a login instead of a token", () => {
    const { settings } = loadSettings(
      { PROXMOX_HOST: "pve1", PROXMOX_USERNAME: "root@pam", PROXMOX_PASSWORD: " with spaces " },
      LINUX,
    );
    const credentials = settings.clusters[0]?.credentials;
    expect(credentials?.kind === "password" && credentials.password.reveal()).toBe(" with spaces ");
  });

  test("keeps its state where the platform wants it", () => {
    expect(load().settings.stateDir).toBe("/home/op/.local/state/proxmox-mcp");
    expect(load({ XDG_STATE_HOME: "/state" }).settings.stateDir).toBe("/state/proxmox-mcp");
    expect(load({ XDG_STATE_HOME: "relative" }).settings.stateDir).toBe("/home/op/.local/state/proxmox-mcp");
    expect(load({ PROXMOX_MCP_STATE_DIR: "~/mcp" }).settings.stateDir).toBe("/home/op/mcp");
    expect(load({ PROXMOX_MCP_STATE_DIR: "mcp" }).settings.auditLogPath).toBe("/work/mcp/audit");
    expect(load({ LOCALAPPDATA: "D:\\data" }, WINDOWS).settings.stateDir).toBe("D:\\data\\proxmox-mcp");
  });

  test("enabling escape raises access, and says so where access says otherwise", () => {
    expect(load({ PROXMOX_MCP_ENABLE_ESCAPE: "1" })).toMatchObject({
      settings: { access: "escape" },
      warnings: [],
    });
    const both = load({ PROXMOX_MCP_ENABLE_ESCAPE: "1", PROXMOX_MCP_ACCESS: "write" });
    expect(both.settings.access).toBe("escape");
    expect(both.warnings).toHaveLength(1);
  });

  test("warns when the certificate is not verified, unless one is pinned", () => {
    const off = { PROXMOX_TLS_REJECT_UNAUTHORIZED: "false" };
    expect(load(off).warnings.join()).toContain("not verified");
    expect(load({ ...off, PROXMOX_TLS_FINGERPRINT: "ab".repeat(32) }).warnings).toEqual([]);
  });

  test("an empty variable counts as not set", () => {
    const [cluster] = load({ PROXMOX_API_PORT: "", PROXMOX_USERNAME: " " }).settings.clusters;
    expect(cluster?.hosts[0]?.port).toBe(8006);
  });

  test("variables on Windows are found in any case", () => {
    const { PROXMOX_HOST: host, ...rest } = GOOD;
    const { settings } = loadSettings({ ...rest, Proxmox_Host: host }, WINDOWS);
    expect(settings.clusters[0]?.hosts).toMatchObject([{ host }]);
  });

  test("private plugins are split by the platform's delimiter", () => {
    const linux = load({ PROXMOX_MCP_PLUGIN_PATH: "/a:./b:@scope/c:~/d" }).settings.plugins.paths;
    expect(linux).toEqual(["/a", "/work/b", "@scope/c", "/home/op/d"]);
    const windows = load({ PROXMOX_MCP_PLUGIN_PATH: "C:\\a;.\\b" }, WINDOWS).settings.plugins.paths;
    expect(windows).toEqual(["C:\\a", "C:\\work\\b"]);
  });

  test("no folder is open for uploads but those that are named, made absolute", () => {
    expect(load().settings.uploadDirs).toEqual([]);
    expect(load({ PROXMOX_MCP_UPLOAD_DIRS: ":" }).settings.uploadDirs).toEqual([]);
    const linux = load({ PROXMOX_MCP_UPLOAD_DIRS: "/iso: ~/images:up" }).settings.uploadDirs;
    expect(linux).toEqual(["/iso", "/home/op/images", "/work/up"]);
    const windows = load({ PROXMOX_MCP_UPLOAD_DIRS: "D:\\iso;~\\up" }, WINDOWS).settings.uploadDirs;
    expect(windows).toEqual(["D:\\iso", "C:\\Users\\op\\up"]);
  });
});

describe("files", () => {
  test("give the value, without one newline at the end", () => {
    const { settings } = load({
      PROXMOX_API_TOKEN_SECRET: undefined,
      PROXMOX_API_TOKEN_SECRET_FILE: secretFile(`${SECRET}\n`),
      PROXMOX_MCP_ACCESS_FILE: secretFile("write\r\n"),
    });
    const credentials = settings.clusters[0]?.credentials;
    expect(credentials?.kind === "token" && credentials.secret.reveal()).toBe(SECRET);
    expect(settings.access).toBe("write");
  });

  test("keep the other newlines of a password", () => {
    const { settings } = loadSettings(
      { PROXMOX_HOST: "h", PROXMOX_USERNAME: "a@pve", PROXMOX_PASSWORD_FILE: secretFile("x\n\n") },
      LINUX,
    );
    const credentials = settings.clusters[0]?.credentials;
    expect(credentials?.kind === "password" && credentials.password.reveal()).toBe("x\n");
  });

  test("beside the variable itself are a fault", () => {
    expect(faultsOf({ ...GOOD, PROXMOX_API_TOKEN_SECRET_FILE: secretFile("x") })).toEqual([
      expect.objectContaining({ name: "PROXMOX_API_TOKEN_SECRET", accepted: "one of the two" }),
    ]);
  });

  test("that are missing, empty or folders are faults of the file's variable alone", () => {
    for (const path of ["/nonexistent/secret", secretFile("\n"), tmpdir()]) {
      const { PROXMOX_HOST: _, ...rest } = GOOD;
      const names = faultsOf({ ...rest, PROXMOX_HOST_FILE: path }).map(({ name }) => name);
      expect(names).toEqual(["PROXMOX_HOST_FILE"]);
    }
  });

  test("a secret set in place of a path does not show", () => {
    const { PROXMOX_API_TOKEN_SECRET: _, ...rest } = GOOD;
    const faults = faultsOf({ ...rest, PROXMOX_API_TOKEN_SECRET_FILE: SECRET });
    expect(faults).toHaveLength(1);
    expect(JSON.stringify(faults)).not.toContain(SECRET);
  });
});

describe("faults", () => {
  test("come all at once, each naming variable, fault and what is accepted", () => {
    const faults = faultsOf({
      PROXMOX_API_PORT: "80000",
      PROXMOX_MCP_ACCESS: "admin",
      PROXMOX_MCP_MODE: "http",
      PROXMOX_MCP_STRICT_PLUGINS: "maybe",
      PROXMOX_TLS_CA_FILE: "/nonexistent/ca.pem",
    });
    expect(faults.map(({ name }) => name).sort()).toEqual([
      "PROXMOX_API_PORT",
      "PROXMOX_API_TOKEN_SECRET",
      "PROXMOX_HOST",
      "PROXMOX_MCP_ACCESS",
      "PROXMOX_MCP_MODE",
      "PROXMOX_MCP_STRICT_PLUGINS",
      "PROXMOX_TLS_CA_FILE",
    ]);
    for (const { wrong, accepted } of faults) expect(wrong.length * accepted.length).toBeGreaterThan(0);
    expect(new SettingsError(faults).message).toContain("7 settings are wrong");
  });

  test("a missing host is one", () => {
    expect(fault("PROXMOX_HOST", undefined)).toMatchObject({ wrong: "it is not set" });
  });

  test("say what is missing of a token", () => {
    const names = faultsOf({ PROXMOX_HOST: "h", PROXMOX_API_TOKEN_ID: "mcp" }).map(({ name }) => name);
    expect(names).toEqual(["PROXMOX_API_TOKEN_USER", "PROXMOX_API_TOKEN_REALM", "PROXMOX_API_TOKEN_SECRET"]);
  });

  test("say what is missing of a login", () => {
    expect(faultsOf({ PROXMOX_HOST: "h", PROXMOX_USERNAME: "root@pam" })).toEqual([
      expect.objectContaining({ name: "PROXMOX_PASSWORD" }),
    ]);
  });

  test("refuse two ways to sign in", () => {
    expect(faultsOf({ ...GOOD, PROXMOX_PASSWORD: "x" })).toEqual([
      expect.objectContaining({ name: "PROXMOX_PASSWORD", wrong: expect.stringContaining("two ways") }),
    ]);
  });

  test("tell how to take a pasted token apart", () => {
    const whole = `root@pam!mcp=${SECRET}`;
    for (const name of ["USER", "REALM", "ID", "SECRET"].map((part) => `PROXMOX_API_TOKEN_${part}`)) {
      expect(fault(name, whole)?.wrong).toContain("whole token");
    }
    expect(fault("PROXMOX_API_TOKEN_USER", "root@pam")?.accepted).toContain("PROXMOX_API_TOKEN_REALM");
  });
});

describe("unknown names", () => {
  test("far from any setting warn", () => {
    const { warnings } = load({ PROXMOX_ENDPOINT: "x" });
    expect(warnings).toEqual([expect.stringContaining("PROXMOX_ENDPOINT")]);
  });

  test.each([
    ["PROXMOX_HSOT", "PROXMOX_HOST"],
    ["PROXMOX_MCP_ACESS", "PROXMOX_MCP_ACCESS"],
    ["PROXMOXHOST", "PROXMOX_HOST"],
    ["proxmox_mcp_confirm", "PROXMOX_MCP_CONFIRM"],
    ["PROXMOX_PASSWORD_FLE", "PROXMOX_PASSWORD_FILE"],
  ])("a slip away stop the start: %s", (slip, meant) => {
    expect(faultsOf({ ...GOOD, [slip]: "x" })).toEqual([
      expect.objectContaining({ name: slip, accepted: expect.stringContaining(meant) }),
    ]);
  });

  test("every real name is known, also as a file", () => {
    for (const name of SETTING_NAMES) {
      const unknown = faultsOf({ [`${name}_FILE`]: "/nonexistent" }).filter(({ wrong }) =>
        wrong.includes("no such setting"),
      );
      expect(unknown).toEqual([]);
    }
  });
});

describe("secrets", () => {
  const CANARY = "c4n4ry77";
  const anyName = fc.constantFrom(...SETTING_NAMES, "PROXMOX_HSOT", "PROXMOX_OTHER");

  test("show in no fault and no warning, wherever else they were pasted", () => {
    fc.assert(
      fc.property(
        fc.string({ unit: "grapheme" }),
        fc.array(anyName),
        fc.boolean(),
        (text, elsewhere, asFile) => {
          const secret = `${CANARY}${text}${CANARY}`;
          const env: Env = { ...GOOD, PROXMOX_API_PORT: "no" };
          for (const name of elsewhere) env[asFile ? `${name}_FILE` : name] = secret;
          env.PROXMOX_PASSWORD = secret;
          const faults = faultsOf(env);
          expect(faults.length).toBeGreaterThan(0);
          const shown = `${JSON.stringify(faults)}${new SettingsError(faults).message}`;
          expect(shown).not.toContain(CANARY);
        },
      ),
    );
  });
});
