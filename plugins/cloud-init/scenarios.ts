import {
  defineScenarios,
  type MadeGuest,
  rowsOf,
  type ScenarioRun,
  scenario,
} from "../../sdk/testing/index.ts";
import { snippetScenarios } from "./scenarios/snippets.ts";

const DUMP = "proxmox_vm_cloud_init_dump";
const PENDING = "proxmox_vm_cloud_init_pending";
const REGENERATE = "proxmox_vm_cloud_init_regenerate";
const UPDATE = "proxmox_vm_update_config";

interface Line {
  readonly key: string;
  readonly value?: unknown;
  readonly pending?: unknown;
}

/** A running VM with a cloud-init drive and options of it. */
function withDrive(t: ScenarioRun): Promise<MadeGuest> {
  return t.make.vm("running", {
    ...{ ide2: `${t.place.storage}:cloudinit`, ciuser: "admin", cipassword: "correct horse" },
    ipconfig0: "ip=192.0.2.77/24,gw=192.0.2.1",
  });
}

export default defineScenarios([
  scenario({
    tool: DUMP,
    title: "shows what the guest is told, without its password",
    live: true,
    async run(t) {
      const { vmid, path } = await withDrive(t);
      const told = (type: string) => t.cluster.get<string>(`${path}/cloudinit/dump?type=${type}`);
      const user = await t.ok(DUMP, { vmid, type: "user" });
      const seen = await told("user");
      t.expect.match(seen, /password: \S+/, "the API tells the password's hash");
      const [, hash = ""] = /password: (\S+)/.exec(seen) ?? [];
      t.expect.that(!user.text.includes(hash), "the tool does not");
      t.expect.match(user.text, "user: admin", "the user");
      const network = await t.ok(DUMP, { vmid, type: "network" });
      t.expect.match(network.text, "192.0.2.77", "the address");
      t.expect.match(network.text, (await told("network")).trim(), "all that the API tells");
      const meta = await t.ok(DUMP, { vmid, type: "meta" });
      t.expect.match(meta.text, (await told("meta")).trim(), "the metadata");
      await t.refused(DUMP, { vmid, type: "vendor" }, "invalid_input");
      await t.refused(DUMP, { vmid: (await t.make.vm("running")).vmid, type: "user" }, "conflict");
    },
  }),
  scenario({
    tool: PENDING,
    title: "shows what the drive does not have yet",
    live: true,
    access: "write",
    async run(t) {
      const { vmid, path } = await withDrive(t);
      t.expect.equal(rowsOf(await t.ok(PENDING, { vmid })), [], "nothing waits after the start");
      await t.ok(UPDATE, { vmid, ciuser: "root", delete: ["ipconfig0"] });
      const lines = await t.cluster.get<readonly Line[]>(`${path}/cloudinit`);
      t.expect.equal(lines.find(({ key }) => key === "ciuser")?.pending, "root", "what the API tells");
      const rows = rowsOf(await t.ok(PENDING, { vmid }));
      const user = rows.find(({ option }) => option === "ciuser");
      t.expect.equal([user?.present, user?.pending], ["admin", "root"], "the user");
      t.expect.equal(rows.find(({ option }) => option === "ipconfig0")?.removed, true, "the removal");
      t.expect.that(!rows.some(({ option }) => option === "cipassword"), "what is the same is left out");
      await t.refused(PENDING, { vmid: (await t.make.vm("running")).vmid }, "conflict");
    },
  }),
  scenario({
    tool: REGENERATE,
    title: "brings changed options into the drive",
    live: true,
    async run(t) {
      const { vmid, path } = await withDrive(t);
      await t.ok(UPDATE, { vmid, ciuser: "root" });
      const waiting = async () =>
        (await t.cluster.get<readonly Line[]>(`${path}/cloudinit`))
          .filter(({ pending }) => pending !== undefined)
          .map(({ key }) => key);
      t.expect.equal(await waiting(), ["ciuser"], "what waits");
      await t.ok(REGENERATE, { vmid, dryRun: true });
      t.expect.equal(await waiting(), ["ciuser"], "what waits after a dry run");
      await t.ok(REGENERATE, { vmid });
      t.expect.equal(await waiting(), [], "what waits afterwards");
      await t.refused(REGENERATE, { vmid: (await t.make.vm("running")).vmid }, "conflict");
      await t.restart({ access: "read" });
      await t.refused(REGENERATE, { vmid }, "denied");
    },
  }),
  ...snippetScenarios,
]);
