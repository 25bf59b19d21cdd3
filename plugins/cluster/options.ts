import {
  defineTool,
  details,
  featured,
  fromApi,
  recordSchema,
  rest,
  ToolError,
  Type,
} from "../../sdk/index.ts";

type Options = Readonly<Record<string, unknown>>;

const options = details([]);

export const clusterOptionsGet = defineTool({
  name: "proxmox_cluster_options_get",
  title: "Datacenter options",
  describe: "Options of the whole cluster: migration, console, range of VMIDs, tags, HA.",
  risk: "read",
  uses: ["GET /cluster/options"],
  input: featured(Type.Object(options.inputs), ["fields"]),
  result: recordSchema(),
  async read(view, pve) {
    const all = await pve.get<Options>("/cluster/options");
    const proxy = all.http_proxy;
    const fields = { ...all, ...(typeof proxy === "string" ? { http_proxy: withoutLogin(proxy) } : {}) };
    return options.record({ title: `Options of cluster ${pve.cluster}`, fields }, view);
  },
});

/** The address of a proxy without user and password. */
function withoutLogin(proxy: string): string {
  return proxy.replace(/^([a-z]+:\/\/)?[^/]*@/i, "$1");
}

export const clusterOptionsUpdate = defineTool({
  name: "proxmox_cluster_options_update",
  title: "Change datacenter options",
  describe: "Sets or deletes options of the whole cluster.",
  risk: "write",
  uses: ["PUT /cluster/options"],
  input: fromApi("PUT /cluster/options", {
    featured: ["migration", "next-id", "delete"],
    describe: { delete: "Back to the default" },
  }),
  async plan(changes) {
    if (Object.values(changes).every((value) => value === undefined)) {
      throw new ToolError({
        code: "invalid_input",
        message: "No change is given.",
        next: "Give at least one option to set, or delete.",
      });
    }
    return [rest.put("/cluster/options", changes)];
  },
});
