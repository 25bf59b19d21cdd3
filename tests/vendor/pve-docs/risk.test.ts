import { describe, expect, test } from "@jest/globals";
import fc from "fast-check";
import { loadCatalog, releases } from "../../../vendor/pve-docs/catalog.ts";
import { keyOf, paramsAbove } from "../../../vendor/pve-docs/risk.ts";
import { PARAM_RISKS } from "../../../vendor/pve-docs/risk-params.ts";
import { AGENT_COMMANDS, ENDPOINT_RISKS, GENERIC_AGENT } from "../../../vendor/pve-docs/risk-table.ts";
import type { CallParams } from "../../../vendor/pve-docs/types.ts";

const catalog = loadCatalog("9.2");
const VM = "/nodes/{node}/qemu/{vmid}";
const CT = "/nodes/{node}/lxc/{vmid}";

function risk(key: string, params?: CallParams) {
  const endpoint = catalog.endpoint(key);
  if (endpoint === undefined) throw new Error(`no ${key}`);
  return catalog.risk(endpoint, params);
}

describe("the tables", () => {
  const everywhere = releases().map((release) => loadCatalog(release));
  const known = (key: string) => everywhere.flatMap((one) => one.endpoint(key) ?? []);

  test("name only endpoints that some release has, each once", () => {
    const keys = ENDPOINT_RISKS.flatMap(({ endpoints }) => endpoints);
    expect(new Set(keys).size).toBe(keys.length);
    for (const key of [...keys, ...PARAM_RISKS.flatMap(({ endpoints }) => endpoints), GENERIC_AGENT]) {
      expect([key, known(key).length]).not.toEqual([key, 0]);
    }
  });

  test("withhold only parameters that an endpoint of theirs has or had", () => {
    for (const { endpoints, withholds, because } of PARAM_RISKS) {
      const names = new Set(endpoints.flatMap(known).flatMap(({ parameters }) => Object.keys(parameters)));
      // Gone since 8: kept for nodes of older versions.
      names.add("maxfiles").add("full").add("purge");
      for (const name of withholds) expect([because, name, names.has(name)]).toEqual([because, name, true]);
    }
  });

  test("say why, and where it was read", () => {
    for (const { because, origin } of [...ENDPOINT_RISKS, ...PARAM_RISKS]) {
      expect(because.length).toBeGreaterThan(8);
      expect(origin).toMatch(/\.pm|src\/PVE/);
    }
  });

  test("judge every command of the generic agent endpoint", () => {
    const commands = new Set(
      everywhere.flatMap((one) => one.endpoint(GENERIC_AGENT)?.parameters.command?.enum ?? []),
    );
    expect(Object.keys(AGENT_COMMANDS).sort()).toEqual([...commands].sort());
  });
});

describe("by method", () => {
  test("what no table names: GET reads, DELETE destroys, the rest writes", () => {
    const named = new Set<string>(ENDPOINT_RISKS.flatMap(({ endpoints }) => endpoints));
    const expected = { GET: "read", POST: "write", PUT: "write", DELETE: "destructive" } as const;
    for (const endpoint of catalog.endpoints) {
      const key = keyOf(endpoint);
      if (!named.has(key) && key !== GENERIC_AGENT)
        expect([key, catalog.risk(endpoint)]).toEqual([key, expected[endpoint.method]]);
    }
  });

  test("nothing but a GET or an agent's question is a read", () => {
    const reads = catalog.endpoints
      .filter((one) => one.method !== "GET" && catalog.risk(one) === "read")
      .map(keyOf);
    expect(reads).toEqual([`POST ${VM}/agent/fsfreeze-status`, `POST ${VM}/agent/ping`]);
  });

  test.each(releases())("every way into a guest or node of %s besides the API is an escape", (release) => {
    const one = loadCatalog(release);
    const ways =
      /\/(?:exec|exec-status|file-read|file-write|monitor|execute|mtunnel|mtunnelwebsocket)$|(?:vnc|term|spice)(?:proxy|shell|websocket)$|set-user-password$/;
    const tickets = /\{vmid\}\/(?:vnc|term|spice)proxy$/;
    for (const endpoint of one.endpoints.filter(({ path }) => ways.test(path) && !tickets.test(path))) {
      expect([keyOf(endpoint), one.risk(endpoint)]).toEqual([keyOf(endpoint), "escape"]);
    }
  });
});

describe("by parameters", () => {
  test.each<[string, CallParams, string]>([
    ["POST /nodes/{node}/qemu", { vmid: 100, archive: "local:backup/x.vma" }, "write"],
    ["POST /nodes/{node}/qemu", { vmid: 100, archive: "local:backup/x.vma", force: true }, "destructive"],
    ["POST /nodes/{node}/lxc", { vmid: 100, restore: 1, force: 1 }, "destructive"],
    [`PUT ${VM}/config`, { delete: "scsi1" }, "write"],
    [`PUT ${VM}/config`, { delete: "scsi1", force: 0 }, "write"],
    [`PUT ${VM}/config`, { delete: "tags scsi1", force: 1 }, "destructive"],
    [`PUT ${VM}/config`, { delete: "tags", force: 1 }, "write"],
    [`POST ${VM}/config`, { delete: ["name", "unused0"] }, "destructive"],
    [`PUT ${VM}/config`, { args: "-S" }, "escape"],
    [`PUT ${VM}/config`, { hookscript: "local:snippets/x.pl" }, "escape"],
    [`PUT ${VM}/config`, { scsi1: "/dev/sda" }, "escape"],
    [`POST ${VM}/config`, { virtio0: "discard=on,volume=/etc/shadow" }, "escape"],
    ["POST /nodes/{node}/qemu", { scsi0: "local:0,import-from=/dev/sda" }, "escape"],
    [`PUT ${VM}/config`, { scsi1: "local:0,import-from=local:import/a.qcow2" }, "write"],
    [`PUT ${VM}/config`, { scsi1: "local:100/vm-100-disk-0.qcow2,serial=a/b" }, "write"],
    [`PUT ${VM}/config`, { hostpci0: "0000:01:00.0" }, "write"],
    [`PUT ${CT}/config`, { delete: "unused3" }, "destructive"],
    [`PUT ${CT}/config`, { mp0: "/etc,mp=/mnt" }, "escape"],
    [`PUT ${CT}/config`, { mp0: "local:8,mp=/mnt" }, "write"],
    [`PUT ${VM}/unlink`, { idlist: "scsi1" }, "write"],
    [`PUT ${VM}/unlink`, { idlist: "unused0" }, "destructive"],
    [`PUT ${VM}/unlink`, { idlist: "scsi1", force: true }, "destructive"],
    [`POST ${VM}/move_disk`, { disk: "scsi0", storage: "x" }, "write"],
    [`POST ${VM}/move_disk`, { disk: "scsi0", storage: "x", delete: 1 }, "destructive"],
    [`POST ${VM}/status/shutdown`, { forceStop: 1 }, "destructive"],
    [`POST ${VM}/agent`, { command: "get-osinfo" }, "read"],
    [`POST ${VM}/agent`, { command: "fstrim" }, "write"],
    [`POST ${VM}/agent`, { command: "something-new" }, "destructive"],
    [`POST ${VM}/agent`, {}, "destructive"],
    ["POST /nodes/{node}/vzdump", { vmid: "100" }, "write"],
    ["POST /nodes/{node}/vzdump", { "prune-backups": "keep-last=1" }, "destructive"],
    ["POST /nodes/{node}/vzdump", { script: "/x" }, "escape"],
    ["PUT /cluster/ceph/flags/{flag}", { flag: "pause", value: 1 }, "destructive"],
    ["PUT /cluster/ceph/flags/{flag}", { flag: "noout", value: 1 }, "write"],
  ])("%s with %j is %s", (key, params, expected) => {
    expect(risk(key, params)).toBe(expected);
  });

  test("a value that is not known yet counts as the dangerous one", () => {
    const later = { $from: "s1", at: "" };
    expect(risk(`PUT ${VM}/config`, { delete: later })).toBe("destructive");
    expect(risk(`POST ${VM}/move_disk`, { delete: later })).toBe("destructive");
  });

  test("parameters only ever raise the risk of their endpoint", () => {
    const order = ["read", "write", "destructive", "escape"];
    const keys = [...new Set(PARAM_RISKS.flatMap(({ endpoints }) => endpoints))];
    const params = fc.dictionary(
      fc.constantFrom("force", "delete", "archive", "args", "mp0", "script", "pause", "stop"),
      fc.oneof(fc.boolean(), fc.constantFrom("unused0", "scsi0", "0", "1", "/x")),
    );
    fc.assert(
      fc.property(fc.constantFrom(...keys), params, (key, given) => {
        if (catalog.endpoint(key) === undefined) return;
        expect(order.indexOf(risk(key, given))).toBeGreaterThanOrEqual(order.indexOf(risk(key)));
      }),
    );
  });

  test("parameters that only serve more than a limit are named", () => {
    const create = catalog.endpoint("POST /nodes/{node}/qemu");
    if (create === undefined) throw new Error("no endpoint");
    expect([...paramsAbove(create, "write")].sort()).toEqual(["archive", "args", "force", "hookscript"]);
    expect([...paramsAbove(create, "destructive")].sort()).toEqual(["args", "hookscript"]);
    expect([...paramsAbove(create, "escape")]).toEqual([]);
  });
});
