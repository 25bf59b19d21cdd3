import { defineTool, details, type PveReader, storageName, Type } from "../../sdk/index.ts";
import { DEFINITIONS, type Definition, definitionOf } from "./place.ts";
import { STATUS, statusOf } from "./space.ts";

const storage = details([
  { key: "storage" },
  { key: "type" },
  { key: "content" },
  { key: "shared", type: "boolean" },
  { key: "disabled", type: "boolean" },
  { key: "nodes" },
  { key: "space", type: "array" },
  { key: "options", type: "object" },
]);

export const storageGet = defineTool({
  name: "proxmox_storage_get",
  title: "Look at a storage",
  describe: "One storage: definition, and space on each node in bytes.",
  risk: "read",
  uses: [DEFINITIONS, STATUS],
  input: Type.Object({ storage: storageName(), ...storage.inputs }),
  result: storage.result,
  async read({ storage: id, ...view }, pve) {
    const { type, content, nodes, shared, disable, ...options } = await definitionOf(id, pve);
    const { space, unseen } =
      disable === 1 ? { space: [], unseen: [] } : await spaceOf({ storage: id, type, nodes, shared }, pve);
    return storage.record(
      {
        title: `Storage ${id} (${type})`,
        fields: {
          storage: id,
          type,
          content,
          shared: shared === 1,
          disabled: disable === 1,
          nodes,
          space,
          options: Object.fromEntries(Object.entries(options).filter(([name]) => name !== "storage")),
        },
        defaults: { disabled: false, nodes: undefined },
        ...(unseen.length > 0 ? { unseen } : {}),
      },
      view,
    );
  },
});

type Where = Pick<Definition, "storage" | "type"> & {
  readonly nodes: string | undefined;
  readonly shared: number | undefined;
};

/** What each of its nodes sees of it; a node that does not answer is told instead of failing the call. */
async function spaceOf({ storage: id, nodes }: Where, pve: PveReader) {
  const allowed = nodes?.split(",");
  const all = (await pve.inventory()).nodes.filter(({ node }) => allowed?.includes(node) ?? true);
  const unseen = all
    .filter(({ status }) => status !== "online")
    .map(({ node, status }) => `${node} is ${status}: the storage there could not be seen`);
  const online = all.filter(({ status }) => status === "online");
  const answers = await Promise.allSettled(online.map(({ node }) => statusOf({ storage: id, node }, pve)));
  const space = answers.flatMap((answer, index) => {
    const node = online[index]?.node;
    if (node === undefined) return [];
    if (answer.status === "fulfilled") {
      const { active, total, used, avail } = answer.value;
      return [{ node, active: active === 1, total, used, avail }];
    }
    unseen.push(`${node} did not tell its state: ${reasonOf(answer.reason)}`);
    return [];
  });
  return { space, unseen };
}

function reasonOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
