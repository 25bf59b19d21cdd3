import {
  defineTool,
  type FileContent,
  featured,
  type PluginServices,
  snippet,
  snippetVolid,
  ToolError,
  Type,
} from "../../../sdk/index.ts";
import { PLACE } from "./inputs.ts";
import { CONTENT, DEFINITIONS, elsewhere, LOCATES, nodeOf, snippetStorage } from "./storages.ts";
import { CONFIGS, refuseHook, usersOf, usersText } from "./users.ts";

/** How user data tells cloud-init what it is. (cloud-init, "User data formats") */
const USER_DATA =
  /^(?:#cloud-config|#!|#include|#cloud-boothook|#part-handler|## ?template: ?jinja|content-type:|mime-version:)/i;

const SHA256 = "[0-9a-f]{64}";

/** Puts snippets onto storages. */
export function snippetPut({ uploads }: Pick<PluginServices, "uploads">) {
  return defineTool({
    name: "proxmox_cloud_init_snippet_put",
    title: "Write a cloud-init snippet",
    describe: "Writes a snippet onto a storage by SSH, for a VM's cicustom; replaces the one that is there.",
    risk: "write",
    uses: [DEFINITIONS, CONTENT, ...LOCATES, ...CONFIGS],
    input: featured(
      Type.Object({
        ...PLACE,
        content: Type.Optional(Type.String({ minLength: 1, description: "Text" })),
        artifactId: Type.Optional(Type.String({ minLength: 1 })),
        expected: Type.Optional(
          Type.String({
            pattern: `^(?:${SHA256}|absent)$`,
            description: "SHA-256 of the present file, or absent",
          }),
        ),
      }),
      ["storage", "node", "name", "content"],
    ),
    async plan({ storage, node: asked, name, content, artifactId, expected }, pve) {
      if ((content === undefined) === (artifactId === undefined)) throw oneOfTwo();
      const where = await snippetStorage(storage, pve);
      const node = nodeOf(where, asked);
      const volid = snippetVolid({ storage, name });
      const users = await usersOf(where, { node, volid }, pve);
      refuseHook(users, volid);
      const data: FileContent =
        content === undefined ? await uploads.look(pve, { artifactId }) : { text: content };
      const remarks = [
        `Writes ${volid} on ${node}`,
        await elsewhere(where, { node, volid }, pve),
        ...usersText(users),
        ...(content === undefined || USER_DATA.test(content) ? [] : [NO_USER_DATA]),
        `a VM takes it by cicustom: proxmox_vm_update_config with cicustom: user=${volid}`,
      ];
      const options = { note: remarks.join("; "), ...(expected === undefined ? {} : { expected }) };
      return [snippet.write({ storage, node, name }, data, options)];
    },
  });
}

const NO_USER_DATA =
  "it does not begin as user data has to (#cloud-config, #!, Content-Type:, ## template: jinja), which is right for network= and meta= alone";

function oneOfTwo(): ToolError {
  return new ToolError({
    code: "invalid_input",
    message: "Either content or artifactId says what the snippet is to hold.",
    next: "Give one of the two.",
  });
}

export const snippetDelete = defineTool({
  name: "proxmox_cloud_init_snippet_delete",
  title: "Delete a cloud-init snippet",
  describe: "Deletes a snippet by SSH, unless a VM takes it: that would not start any more.",
  risk: "write",
  uses: [DEFINITIONS, CONTENT, ...LOCATES, ...CONFIGS],
  input: Type.Object({
    ...PLACE,
    expected: Type.Optional(Type.String({ pattern: `^${SHA256}$`, description: "Its SHA-256" })),
  }),
  async plan({ storage, node: asked, name, expected }, pve) {
    const where = await snippetStorage(storage, pve);
    const node = nodeOf(where, asked);
    const volid = snippetVolid({ storage, name });
    const users = await usersOf(where, { node, volid }, pve);
    refuseHook(users, volid);
    if (users.cloudInit.length > 0) throw inUse(volid, users.cloudInit);
    const remarks = [
      `Deletes ${volid} on ${node}`,
      await elsewhere(where, { node, volid }, pve),
      ...usersText(users),
      "no guest that this account sees takes it",
    ];
    const options = { note: remarks.join("; "), ...(expected === undefined ? {} : { expected }) };
    return [snippet.remove({ storage, node, name }, options)];
  },
});

/** Proxmox VE makes the cloud-init drive anew on each start, and gives up where a snippet of it is gone. */
function inUse(volid: string, users: readonly string[]): ToolError {
  return new ToolError({
    code: "conflict",
    message: `${volid} is in use: ${users.join(", ")} would not start without it. Nothing was changed.`,
    next: "Take it out of cicustom first: proxmox_vm_update_config with delete: [cicustom].",
  });
}
