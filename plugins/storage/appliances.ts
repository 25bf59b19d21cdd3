import {
  defineTool,
  featured,
  listing,
  nodeName,
  type PveReader,
  rest,
  storageName,
  ToolError,
  Type,
} from "../../sdk/index.ts";
import { DEFINITIONS, definitionOf, needContent, nodeOf } from "./place.ts";
import { CONTENT, fileVolid, refuseTaken } from "./volumes.ts";

const LIST = "GET /nodes/{node}/aplinfo";

/** A template that Proxmox and TurnKey offer. */
interface Appliance {
  readonly template: string;
  readonly [fact: string]: string | undefined;
}

const appliances = listing({
  of: "templates",
  columns: [
    { key: "template" },
    { key: "version" },
    { key: "os" },
    { key: "section" },
    { key: "headline" },
    { key: "package", optional: true },
    { key: "type", optional: true },
    { key: "architecture", optional: true },
    { key: "source", optional: true },
    { key: "maintainer", optional: true },
    { key: "infopage", optional: true },
    { key: "sha512sum", optional: true },
  ],
  filters: ["section", "os", "text"],
  counted: ["section"],
});

function offered(node: string, pve: PveReader): Promise<readonly Appliance[]> {
  return pve.get<readonly Appliance[]>("/nodes/{node}/aplinfo", { node });
}

export const applianceList = defineTool({
  name: "proxmox_appliance_list",
  title: "List container templates to download",
  describe: "Templates that Proxmox VE offers for download.",
  risk: "read",
  uses: [LIST],
  input: featured(Type.Object({ node: nodeName({ default: "node" }), ...appliances.inputs }), [
    "node",
    "filter",
  ]),
  result: appliances.result,
  async read({ node, ...view }, pve) {
    await pve.node(node);
    const all = await offered(node, pve);
    return appliances.rows(
      all.map(({ template, version, os, section, headline, ...rest }) => ({
        template,
        version,
        os,
        section,
        headline,
        ...Object.fromEntries(
          ["package", "type", "architecture", "source", "maintainer", "infopage", "sha512sum"].map((key) => [
            key,
            rest[key],
          ]),
        ),
      })),
      view,
    );
  },
});

export const applianceDownload = defineTool({
  name: "proxmox_appliance_download",
  title: "Download a container template",
  describe: "Has a node download a template of proxmox_appliance_list to a storage.",
  risk: "write",
  uses: ["POST /nodes/{node}/aplinfo", LIST, CONTENT, DEFINITIONS],
  input: Type.Object({
    template: Type.String({ minLength: 1 }),
    storage: storageName(),
    node: Type.Optional(nodeName({ description: "Unless shared" })),
  }),
  async plan({ template, storage, node: asked }, pve) {
    const definition = await definitionOf(storage, pve);
    needContent(definition, "vztmpl");
    const node = await nodeOf(definition, asked, pve);
    if (!(await offered(node, pve)).some((one) => one.template === template)) {
      throw new ToolError({
        code: "not_found",
        message: `Node ${node} is offered no template ${template}.`,
        next: "proxmox_appliance_list shows what there is.",
      });
    }
    await refuseTaken(fileVolid(storage, "vztmpl", template), { storage, node }, pve);
    return [rest.post("/nodes/{node}/aplinfo", { node, storage, template })];
  },
});
