import { defineScenarios, scenario } from "../../sdk/testing/index.ts";

interface Pool {
  readonly poolid: string;
  readonly comment?: string;
}

export default defineScenarios([
  scenario({
    tool: "proxmox_api_call",
    title: "reads and changes through any endpoint, under the same rules",
    async run(t) {
      const pool = { poolid: "scenario", comment: "made by a direct call" };
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
      const unknown = { method: "POST", path: "/pools", params: { poolid: "other", color: "red" } };
      t.expect.that((await t.call("proxmox_api_call", unknown)).isError, "an unknown parameter is refused");
      await t.restart({ access: "read" });
      await t.refused("proxmox_api_call", { ...call, params: { poolid: "third" } }, "denied");
    },
  }),
  scenario({
    tool: "proxmox_api_describe",
    title: "finds and describes endpoints",
    async run(t) {
      const found = await t.ok("proxmox_api_describe", { search: "qemu clone" });
      t.expect.match(found.text, "/nodes/{node}/qemu/{vmid}/clone", "the endpoint");
      const shown = await t.ok("proxmox_api_describe", { path: "/nodes/{node}/qemu/{vmid}/clone" });
      t.expect.match(shown.text, "newid", "its parameter");
      t.expect.match(shown.text, "VM.Clone", "the privilege it needs");
      await t.refused("proxmox_api_describe", { path: "/no/such/path" }, "not_found");
    },
  }),
]);
