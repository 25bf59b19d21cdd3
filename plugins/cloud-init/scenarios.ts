import { defineScenarios, type ScenarioRun, scenario } from "../../sdk/testing/index.ts";

const DUMP = "proxmox_vm_cloud_init_dump";
const PENDING = "proxmox_vm_cloud_init_pending";
const REGENERATE = "proxmox_vm_cloud_init_regenerate";

interface Resource {
  readonly type: string;
  readonly node: string;
  readonly vmid?: number;
  readonly status: string;
  readonly template?: number;
}

interface Vm {
  readonly vmid: number;
  readonly path: string;
}

interface Line {
  readonly key: string;
  readonly value?: unknown;
  readonly pending?: unknown;
}

async function vmsOf(t: ScenarioRun, status: string): Promise<readonly Vm[]> {
  const all = await t.cluster.get<readonly Resource[]>("/cluster/resources");
  return all.flatMap((one) =>
    one.type === "qemu" && one.vmid !== undefined && one.template !== 1 && one.status === status
      ? [{ vmid: one.vmid, path: `/nodes/${one.node}/qemu/${one.vmid}` }]
      : [],
  );
}

async function first(t: ScenarioRun, status: string): Promise<Vm> {
  const [found] = await vmsOf(t, status);
  if (found === undefined) throw new Error(`the cluster has no ${status} VM`);
  return found;
}

/** A running VM with a cloud-init drive and options of it. */
async function withDrive(t: ScenarioRun): Promise<Vm> {
  const vm = await first(t, "stopped");
  const given = { ciuser: "admin", cipassword: "correct horse", ipconfig0: "ip=192.0.2.77/24,gw=192.0.2.1" };
  const all =
    await t.cluster.get<readonly { storage?: string; type: string; content?: string }[]>(
      "/cluster/resources",
    );
  const storage = all.find(({ type, content }) => type === "storage" && content?.includes("images"))?.storage;
  await t.ok("proxmox_vm_update_config", { vmid: vm.vmid, ide3: `${storage}:cloudinit`, ...given });
  await t.ok("proxmox_vm_action", { vmid: vm.vmid, action: "start" });
  await t.cluster.until<{ status: string }>(
    `${vm.path}/status/current`,
    ({ status }) => status === "running",
    "the VM runs",
  );
  return vm;
}

export default defineScenarios([
  scenario({
    tool: DUMP,
    title: "shows what the guest is told, without its password",
    access: "write",
    async run(t) {
      const vm = await withDrive(t);
      const user = await t.ok(DUMP, { vmid: vm.vmid, type: "user" });
      const seen = await t.cluster.get<string>(`${vm.path}/cloudinit/dump?type=user`);
      t.expect.match(seen, /password: \S+/, "the API tells the password's hash");
      const [, hash = ""] = /password: (\S+)/.exec(seen) ?? [];
      t.expect.that(!user.text.includes(hash), "the tool does not");
      t.expect.match(user.text, "user: admin", "the user");
      const network = await t.ok(DUMP, { vmid: vm.vmid, type: "network" });
      t.expect.match(network.text, "192.0.2.77", "the address");
      await t.ok(DUMP, { vmid: vm.vmid, type: "meta" });
      await t.refused(DUMP, { vmid: vm.vmid, type: "vendor" }, "invalid_input");
      await t.refused(DUMP, { vmid: (await first(t, "running")).vmid, type: "user" }, "conflict");
    },
  }),
  scenario({
    tool: PENDING,
    title: "shows what the drive does not have yet",
    access: "write",
    async run(t) {
      const vm = await withDrive(t);
      const none = await t.ok(PENDING, { vmid: vm.vmid });
      t.expect.that(!none.text.includes("ciuser"), "nothing waits after the start");
      await t.ok("proxmox_vm_update_config", { vmid: vm.vmid, ciuser: "root", delete: ["ipconfig0"] });
      const lines = await t.cluster.get<readonly Line[]>(`${vm.path}/cloudinit`);
      t.expect.equal(lines.find(({ key }) => key === "ciuser")?.pending, "root", "what the API tells");
      const { data } = await t.ok(PENDING, { vmid: vm.vmid });
      // The client has held the data against the tool's result schema.
      const { rows } = data as {
        rows: { option: string; present?: string; pending?: string; removed?: boolean }[];
      };
      const user = rows.find(({ option }) => option === "ciuser");
      t.expect.equal([user?.present, user?.pending], ["admin", "root"], "the user");
      t.expect.equal(rows.find(({ option }) => option === "ipconfig0")?.removed, true, "the removal");
      t.expect.that(!rows.some(({ option }) => option === "cipassword"), "what is the same is left out");
      await t.refused(PENDING, { vmid: (await first(t, "running")).vmid }, "conflict");
    },
  }),
  scenario({
    tool: REGENERATE,
    title: "brings changed options into the drive",
    async run(t) {
      const vm = await withDrive(t);
      await t.ok("proxmox_vm_update_config", { vmid: vm.vmid, ciuser: "root" });
      const waiting = async () =>
        (await t.cluster.get<readonly Line[]>(`${vm.path}/cloudinit`)).filter(
          ({ pending }) => pending !== undefined,
        ).length;
      t.expect.equal(await waiting(), 1, "what waits");
      await t.ok(REGENERATE, { vmid: vm.vmid, dryRun: true });
      t.expect.equal(await waiting(), 1, "what waits after a dry run");
      await t.ok(REGENERATE, { vmid: vm.vmid });
      t.expect.equal(await waiting(), 0, "what waits afterwards");
      await t.refused(REGENERATE, { vmid: (await first(t, "running")).vmid }, "conflict");
      await t.restart({ access: "read" });
      await t.refused(REGENERATE, { vmid: vm.vmid }, "denied");
    },
  }),
]);
