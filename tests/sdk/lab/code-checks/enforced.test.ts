import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import { createLab, type Lab } from "../../../../sdk/lab/index.ts";
import {
  type CallParams,
  CODE_CHECKS,
  type EndpointPrivileges,
  loadCatalog,
  type PrivilegeNeed,
} from "../../../../vendor/pve-docs/index.ts";
import { type Answer, ask } from "../client.ts";
import { callerWith, type Grant } from "./lab-caller.ts";
import { SAMPLES, type Sample } from "./samples.ts";

const catalog = loadCatalog("9.2");
let lab: Lab;

beforeAll(async () => {
  lab = await createLab({ seed: "small", speed: Number.POSITIVE_INFINITY });
  await ask(lab, "POST", "/cluster/sdn/zones", { body: "zone=lan&type=simple" });
  await ask(lab, "POST", "/cluster/sdn/vnets", { body: "vnet=office&zone=lan" });
  await lab.tasks.ended(String((await ask(lab, "PUT", "/cluster/sdn", { body: "" })).data));
  lab.state.storages.set("tank", { id: "tank", type: "zfspool", size: 2 ** 40, config: new Map() });
  lab.state.guests.get(111)?.config.set("scsi0", "tank:vm-111-disk-0,size=16G");
});

afterAll(() => lab.close());

function filled(path: string, values: Readonly<Record<string, string>> = {}): string {
  return path.replace(/\{([^}]+)\}/g, (_, name: string) => {
    const value = values[name];
    if (value === undefined) throw new Error(`the sample does not say ${name} of ${path}`);
    return value;
  });
}

/** The declared way that a caller with these grants takes, and what the code checks further. */
function needsOf(
  { alternatives, further }: EndpointPrivileges,
  also: readonly string[],
): readonly PrivilegeNeed[] {
  const checked = further.filter(
    ({ hides, maybe, privileges }) =>
      hides !== true && (maybe !== true || privileges.some((one) => also.includes(one))),
  );
  return [...checked, ...(alternatives[0] ?? [])];
}

/** Exactly the privileges that a call takes, as few as possible. */
function grantsOf({ key, params, values, also = [] }: Sample): readonly Grant[] {
  const endpoint = catalog.endpoint(key);
  if (endpoint === undefined) throw new Error(`no ${key}`);
  const needs = needsOf(catalog.privileges(endpoint, params), also).map((need) => ({
    ...need,
    path: filled(need.path, values),
  }));
  const grants = new Map<string, Grant>();
  const add = (privilege: string, path: string): unknown =>
    grants.set(`${privilege} ${path}`, [privilege, path]);
  for (const { any, privileges, path } of needs)
    if (any !== true) for (const one of privileges) add(one, path);
  for (const { any, privileges, path } of needs) {
    if (any === true && !privileges.some((one) => grants.has(`${one} ${path}`)))
      add(privileges.at(-1) ?? "", path);
  }
  return [...grants.values()];
}

async function call({ key, params }: Sample, header: string): Promise<Answer> {
  const endpoint = catalog.endpoint(key);
  if (endpoint === undefined) throw new Error(`no ${key}`);
  const inPath = new Set<string>();
  const path = endpoint.path.replace(/\{([^}]+)\}/g, (_, name: string) => {
    inPath.add(name);
    return encodeURIComponent(String(params[name]));
  });
  const rest = Object.entries(params).filter(([name]) => !inPath.has(name));
  const form = new URLSearchParams();
  for (const [name, value] of Object.entries(catalog.encode(endpoint, Object.fromEntries(rest))))
    for (const one of [value].flat()) form.append(name, one);
  const inQuery = endpoint.method === "GET" || endpoint.method === "DELETE";
  const query = inQuery && rest.length > 0 ? `?${form}` : "";
  const body = inQuery ? undefined : form.toString();
  const parts = { as: "none", headers: { authorization: header } };
  return ask(lab, endpoint.method, `${path}${query}`, body === undefined ? parts : { ...parts, body });
}

/** `refused`, also where only the task that was started, or the lock around it, meets the refusal. */
async function outcome(sample: Sample, header: string): Promise<string> {
  const { status, reason, data } = await call(sample, header);
  if (status === 403 || reason.includes("403 Permission check failed")) return "refused";
  if (status !== 200) return `${status} ${reason}`;
  if (typeof data !== "string" || !data.startsWith("UPID:")) return "OK";
  const exit = await lab.tasks.ended(data);
  return exit.includes("Permission check failed") ? "refused" : exit;
}

function shown({ key, params }: Sample): string {
  return `${key} ${JSON.stringify(params)}`;
}

describe("the lab refuses what the table of checks says", () => {
  test.each(SAMPLES.map((sample) => [shown(sample), sample] as const))("%s", async (_, sample) => {
    const grants = grantsOf(sample);
    expect(grants.length).toBeGreaterThan(0);
    const refusals: Record<string, string> = {};
    for (const left of grants) {
      const header = callerWith(
        lab,
        grants.filter((grant) => grant !== left),
      );
      refusals[left.join(" on ")] = await outcome(sample, header);
    }
    expect(refusals).toEqual(Object.fromEntries(grants.map((grant) => [grant.join(" on "), "refused"])));
    expect(await outcome(sample, callerWith(lab, grants))).toBe("OK");
  });
});

/** Lists, with what makes an entry of theirs. */
const LISTS: readonly (readonly [
  key: string,
  params: CallParams,
  privilege: string,
  path: string,
  entry: object,
])[] = [
  ["GET /nodes/{node}/qemu", { node: "pve1" }, "VM.Audit", "/vms/101", { vmid: 101 }],
  ["GET /nodes/{node}/lxc", { node: "pve1" }, "VM.Audit", "/vms/204", { vmid: 204 }],
  ["GET /nodes/{node}/storage", { node: "pve1" }, "Datastore.Audit", "/storage/nfs", { storage: "nfs" }],
  ["GET /storage", {}, "Datastore.Audit", "/storage/nfs", { storage: "nfs" }],
  ["GET /cluster/resources", {}, "VM.Audit", "/vms/101", { vmid: 101 }],
  ["GET /cluster/resources", {}, "Pool.Audit", "/pool/staging", { type: "pool", pool: "staging" }],
  ["GET /cluster/resources", {}, "Datastore.Audit", "/storage/nfs", { storage: "nfs", node: "pve1" }],
  ["GET /pools", {}, "Pool.Audit", "/pool/staging", { poolid: "staging" }],
  ["GET /access/users", {}, "User.Modify", "/access/groups", { userid: "auditor@pve" }],
  ["GET /access/acl", {}, "Sys.Audit", "/access", { ugid: "auditor@pve", path: "/" }],
];

describe("the lab leaves out what the table says that it hides", () => {
  test.each(LISTS)("%s %j: %s on %s", async (key, params, privilege, path, entry) => {
    const endpoint = catalog.endpoint(key);
    const hiding =
      endpoint && catalog.privileges(endpoint, params).further.filter(({ hides }) => hides === true);
    const pattern = (need: PrivilegeNeed): RegExp =>
      new RegExp(`^${need.path.replace(/\{[^}]+\}/g, "[^/]+")}$`);
    const said = hiding?.some((need) => need.privileges.includes(privilege) && pattern(need).test(path));
    expect(said).toBe(true);
    const blind = await call({ key, params }, callerWith(lab, []));
    const seeing = await call({ key, params }, callerWith(lab, [[privilege, path]]));
    expect({ blind: blind.status, seeing: seeing.status }).toEqual({ blind: 200, seeing: 200 });
    expect(blind.data).not.toContainEqual(expect.objectContaining(entry));
    expect(seeing.data).toContainEqual(expect.objectContaining(entry));
  });
});

describe("a task of another account", () => {
  const TASK = "/nodes/{node}/tasks/{upid}";
  const upid = "{upid}";
  test.each([
    [`GET ${TASK}/log`, "Sys.Audit"],
    [`GET ${TASK}/status`, "Sys.Audit"],
    [`DELETE ${TASK}`, "Sys.Modify"],
  ])("%s takes %s", async (key, privilege) => {
    const start = { key: "POST /nodes/{node}/stopall", params: { node: "pve3", vms: "112" } };
    const started = await call(start, lab.tokens.root?.header ?? "");
    const sample = { key, params: { node: "pve3", upid: String(started.data) } };
    const endpoint = catalog.endpoint(key);
    const needs = endpoint && catalog.privileges(endpoint, { node: "pve3", upid }).further;
    expect(needs).toEqual([
      expect.objectContaining({ maybe: true, privileges: [privilege], path: "/nodes/pve3" }),
    ]);
    expect(await outcome(sample, callerWith(lab, []))).toBe("refused");
    expect(await outcome(sample, callerWith(lab, [[privilege, "/nodes/pve3"]]))).toBe("OK");
  });
});

/** Checked endpoints that no sample calls, for the lab does not serve them yet or nobody has written one; only shrinks. */
const UNSAMPLED: readonly string[] = [
  "GET /nodes/{node}/sdn/vnets/{vnet}/mac-vrf",
  "GET /nodes/{node}/storage/{storage}/file-restore/download",
  "GET /nodes/{node}/storage/{storage}/file-restore/list",
  "GET /nodes/{node}/storage/{storage}/import-metadata",
  "GET /nodes/{node}/vzdump/extractconfig",
  "POST /nodes/{node}/lxc/{vmid}/mtunnel",
  "POST /nodes/{node}/lxc/{vmid}/snapshot/{snapname}/rollback",
  "POST /nodes/{node}/qemu/{vmid}/mtunnel",
  "PUT /nodes/{node}/storage/{storage}/content/{volume}",
];

test("every checked endpoint is compared, except those listed", () => {
  const sampled = new Set(SAMPLES.map(({ key }) => key));
  const checked = CODE_CHECKS.filter(({ checks }) => checks.some(({ hides }) => hides !== true));
  const left = checked
    .flatMap(({ endpoints }) => endpoints)
    .filter((key) => !sampled.has(key) && !key.includes("/tasks/{upid}"));
  expect(left.toSorted()).toEqual(UNSAMPLED.toSorted());
});
