import {
  defineScenarios,
  fieldsOf,
  OWN,
  onAnyCluster,
  rowsOf,
  type Scenario,
  scenario,
} from "../../sdk/testing/index.ts";
import { fileScenarios } from "./scenarios/files.ts";
import { shellScenarios } from "./scenarios/shell.ts";

interface Pool {
  readonly poolid: string;
  readonly comment?: string;
}

const scenarios: readonly Scenario[] = [
  scenario({
    tool: "proxmox_api_call",
    needs: ["administrator's rights"],
    title: "reads and changes through any endpoint, under the same rules",
    async run(t) {
      const pool = { poolid: OWN, comment: "made by a direct call" };
      const call = { method: "POST", path: "/pools", params: pool };
      await t.ok("proxmox_api_call", { ...call, dryRun: true });
      const before = await t.cluster.get<readonly Pool[]>("/pools");
      t.expect.that(!before.some(({ poolid }) => poolid === pool.poolid), "a dry run makes no pool");
      await t.ok("proxmox_api_call", call);
      const after = await t.cluster.get<readonly Pool[]>("/pools");
      t.expect.equal(after.find(({ poolid }) => poolid === pool.poolid)?.comment, pool.comment, "the pool");
      const { text } = await t.ok("proxmox_api_call", { method: "GET", path: "/pools" });
      t.expect.match(text, pool.comment, "the pool, read back");
      await t.refused("proxmox_api_call", { method: "GET", path: "/no/such/path" }, "not_found");
      const unknown = { method: "POST", path: "/pools", params: { poolid: `${OWN}-other`, color: "red" } };
      await t.refused("proxmox_api_call", unknown, "invalid_input");
      t.expect.that(await t.cluster.isGone(`/pools/${OWN}-other`), "the refused pool");
      await t.restart({ access: "read" });
      await t.refused("proxmox_api_call", { ...call, params: { poolid: `${OWN}-third` } }, "denied");
    },
  }),
  scenario({
    tool: "proxmox_api_describe",
    title: "finds and describes endpoints",
    async run(t) {
      const path = "/nodes/{node}/qemu/{vmid}/clone";
      const found = rowsOf(await t.ok("proxmox_api_describe", { search: "qemu clone", method: "POST" }));
      t.expect.equal(
        found.find((row) => row.path === path),
        { method: "POST", path, risk: "write", task: "task" },
        "the endpoint",
      );
      const { POST: about, "POST parameters": parameters } = fieldsOf(
        await t.ok("proxmox_api_describe", { path }),
      );
      t.expect.match(JSON.stringify(about), /"risk":"write".*"answers":"a task".*VM\.Clone/, "what it is");
      t.expect.match(JSON.stringify(parameters), '"newid":', "its parameter");
      const real = fieldsOf(await t.ok("proxmox_api_describe", { path: "/nodes/pve1/qemu/100/clone" }));
      t.expect.equal(Object.keys(real), ["POST", "POST parameters"], "what a real path is matched to");
      await t.refused("proxmox_api_describe", { path: "/no/such/path" }, "not_found");
    },
  }),
];

const onNodes: readonly Scenario[] = [
  scenario({
    tool: "proxmox_cli_run",
    title: "runs commands as root by SSH, judged as the API methods behind them",
    live: "it needs SSH to the nodes",
    async run(t) {
      const tool = "proxmox_cli_run";
      const config = async () => t.cluster.get<{ args?: string }>("/nodes/pve3/qemu/104/config");
      const set = {
        command: "qm set",
        params: { vmid: 104, args: "-no-hpet", description: 'it\'s\n"two" lines' },
      };
      const planned = await t.ok(tool, { ...set, dryRun: true });
      t.expect.match(planned.text, "qm set on pve3 [escape] as PUT /nodes/pve3/qemu/104/config", "the plan");
      t.expect.match(planned.text, "args: (unset) -> -no-hpet", "the diff");
      t.expect.equal((await config()).args, undefined, "args after a dry run");
      await t.ok(tool, set);
      const after = await t.cluster.get<{ args?: string; description?: string }>(
        "/nodes/pve3/qemu/104/config",
      );
      t.expect.equal(after.args, "-no-hpet", "what the API refuses tokens");
      t.expect.equal(after.description, set.params.description, "quotes and newlines");
      const made = {
        command: "pvesh create",
        node: "pve2",
        params: { api_path: "/pools", poolid: "by-shell" },
      };
      await t.ok(tool, made);
      const pools = await t.cluster.get<readonly { poolid: string }[]>("/pools");
      t.expect.that(
        pools.some(({ poolid }) => poolid === "by-shell"),
        "the pool is there",
      );
      const listed = await t.ok(tool, { command: "pvesh get", node: "pve2", params: { api_path: "/pools" } });
      t.expect.match(listed.text, "by-shell", "the pool, as JSON that was read");
      // pvesh ends well although its task does not; so does the API, which answers a task for a VM that is not there.
      const absent = { api_path: "/nodes/pve1/qemu/9999/status/start" };
      await t.refused(tool, { command: "pvesh create", node: "pve1", params: absent }, "task_failed");
      await t.refused(tool, { command: "qm nonsense", node: "pve1" }, "not_found");
      await t.refused(tool, { command: "qm set", node: "pve3" }, "invalid_input");
      await t.restart({ access: "read" });
      await t.refused(tool, set, "denied");
    },
  }),
];

export default defineScenarios([
  ...onAnyCluster([], scenarios),
  ...onNodes,
  ...shellScenarios,
  ...fileScenarios,
]);
