import { defineTool, fromApi, type PveReader, rest, ToolError } from "../../sdk/index.ts";
import { DEFINITIONS, type Definition, definitionOf } from "./place.ts";

const CONTENT = { content: "iso, images, backup, …" } as const;

export const storageDefine = defineTool({
  name: "proxmox_storage_define",
  title: "Define a storage",
  describe: "Adds a storage to the cluster; its options depend on type.",
  risk: "write",
  uses: ["POST /storage", DEFINITIONS],
  input: fromApi("POST /storage", {
    featured: ["path", "content"],
    describe: CONTENT,
  }),
  async plan({ storage, type, ...options }, pve) {
    await refuseTaken(String(storage), pve);
    return [rest.post("/storage", { storage, type, ...options })];
  },
});

export const storageUpdate = defineTool({
  name: "proxmox_storage_update",
  title: "Change a storage",
  describe: "Sets or deletes options of a storage.",
  risk: "write",
  uses: ["PUT /storage/{storage}", DEFINITIONS],
  input: fromApi("PUT /storage/{storage}", {
    featured: ["content", "disable", "delete"],
    describe: { ...CONTENT, digest: "Of the definitions as read" },
  }),
  async plan({ storage, ...changes }, pve) {
    if (!Object.entries(changes).some(([name, value]) => value !== undefined && name !== "digest")) {
      throw new ToolError({
        code: "invalid_input",
        message: "No change is given.",
        next: "Give at least one option to set, or delete.",
      });
    }
    await definitionOf(String(storage), pve);
    return [rest.put("/storage/{storage}", { storage, ...changes })];
  },
});

export const storageRemove = defineTool({
  name: "proxmox_storage_remove",
  title: "Remove a storage's definition",
  describe: "Takes a storage out of the cluster. Its data stays; guests with disks on it cannot start.",
  risk: "destructive",
  uses: ["DELETE /storage/{storage}", DEFINITIONS],
  input: fromApi("DELETE /storage/{storage}"),
  async plan({ storage }, pve) {
    const { type } = await definitionOf(String(storage), pve);
    const note = `Removes the definition of ${storage} (${type}), with its permissions and pool memberships; its data stays.`;
    return [rest.delete("/storage/{storage}", { storage }, { note })];
  },
});

async function refuseTaken(storage: string, pve: PveReader): Promise<void> {
  const all = await pve.get<readonly Definition[]>("/storage");
  if (!all.some((one) => one.storage === storage)) return;
  throw new ToolError({
    code: "conflict",
    message: `There is a storage ${storage} already.`,
    next: "Choose another name, or change it with proxmox_storage_update.",
  });
}
