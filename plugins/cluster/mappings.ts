import {
  type DefinedTool,
  defineTool,
  details,
  featured,
  fromApi,
  listing,
  nodeName,
  type PveReader,
  rest,
  ToolError,
  Type,
} from "../../sdk/index.ts";

/** What one kind of mapping is called. */
export interface MappingWords {
  readonly kind: "pci" | "usb" | "dir";
  /** `PCI device`; the titles and descriptions are made of it. */
  readonly of: string;
  readonly names: {
    readonly list: string;
    readonly get: string;
    readonly create: string;
    readonly update: string;
    readonly delete: string;
  };
}

interface Mapping {
  readonly id: string;
  readonly description?: string;
  readonly map?: readonly string[];
  readonly mdev?: unknown;
  readonly "live-migration-capable"?: unknown;
  readonly digest?: string;
  /** What the node that was asked for found wrong; `errors` for USB. */
  readonly checks?: readonly Fault[];
  readonly errors?: readonly Fault[];
}

interface Fault {
  readonly severity: string;
  readonly message: string;
}

/** The five tools of one kind of mapping. */
export function mappingTools({ kind, of, names }: MappingWords): readonly DefinedTool[] {
  const path = `/cluster/mapping/${kind}` as const;
  const one = `${path}/{id}` as const;
  const list = `GET ${path}` as const;
  const mapWords = kind === "dir" ? "A directory for each node" : "A device for each node";

  const mappings = listing({
    of: `${of} mappings`,
    columns: [{ key: "id" }, { key: "nodes" }, { key: "description" }, { key: "faults" }],
  });
  const mapping = details([
    { key: "id" },
    { key: "description" },
    { key: "map", type: "array" },
    { key: "mdev", type: "boolean" },
    { key: "liveMigrationCapable", type: "boolean" },
    { key: "digest" },
  ]);

  const all = (pve: PveReader) => pve.get<readonly Mapping[]>(path);
  /** The list is asked, because a single one that is missing answers like any other failure. */
  const mappingOf = async (id: string, pve: PveReader): Promise<Mapping> => {
    const found = (await all(pve)).find((other) => other.id === id);
    if (found !== undefined) return found;
    throw new ToolError({
      code: "not_found",
      message: `There is no ${of} mapping ${id}, or it may not be seen.`,
      next: `${names.list} shows the mappings. One is seen with Mapping.Audit, Mapping.Use or Mapping.Modify on ${path.replace("/cluster", "")}/${id}.`,
    });
  };

  return [
    defineTool({
      name: names.list,
      title: `List ${of} mappings`,
      describe: `${of} mappings and their nodes; with node, what is wrong there.`,
      risk: "read",
      uses: [list],
      input: featured(Type.Object({ node: Type.Optional(nodeName()), ...mappings.inputs }), [
        "node",
        "filter",
      ]),
      result: mappings.result,
      async read({ node, ...view }, pve) {
        const found = await pve.get<readonly Mapping[]>(path, { "check-node": node });
        const rows = found.map(({ id, description, map, checks, errors }) => ({
          id,
          nodes: nodesOf(map),
          description,
          faults: (checks ?? errors ?? []).map(({ message }) => message.trim()).join("; "),
        }));
        return mappings.rows(rows, view);
      },
    }),
    defineTool({
      name: names.get,
      title: `Look at a ${of} mapping`,
      describe: `One ${of} mapping with its entry for each node.`,
      risk: "read",
      uses: [list],
      input: featured(Type.Object({ id: Type.String({ minLength: 1 }), ...mapping.inputs }), ["id"]),
      result: mapping.result,
      async read({ id, ...view }, pve) {
        const { description, map, mdev, digest, ...rest } = await mappingOf(id, pve);
        const live = rest["live-migration-capable"];
        const fields = {
          id,
          description,
          map,
          ...(kind === "pci" ? { mdev: isOn(mdev), liveMigrationCapable: isOn(live) } : {}),
          digest,
        };
        const defaults = { mdev: false, liveMigrationCapable: false };
        return mapping.record({ title: `${of} mapping ${id}`, fields, defaults }, view);
      },
    }),
    defineTool({
      name: names.create,
      title: `Create a ${of} mapping`,
      describe: `Names a ${of} of each node, for guests to use.`,
      risk: "write",
      uses: [`POST ${path}`, list],
      input: fromApi(`POST ${path}`, { featured: [], describe: { map: mapWords } }),
      async plan(input, pve) {
        const id = String(input.id);
        if ((await all(pve)).some((other) => other.id === id)) {
          throw new ToolError({
            code: "conflict",
            message: `The ${of} mapping ${id} exists already.`,
            next: `Choose another name, or change it with ${names.update}.`,
          });
        }
        return [rest.post(path, input)];
      },
    }),
    defineTool({
      name: names.update,
      title: `Change a ${of} mapping`,
      describe: `Changes a ${of} mapping; map replaces all entries.`,
      risk: "write",
      uses: [`PUT ${one}`, list],
      input: fromApi(`PUT ${one}`, {
        featured: ["map"],
        // Proxmox VE asks for it whatever it declares.
        require: ["map"],
        describe: { map: mapWords, digest: "Of the mapping as read" },
      }),
      async plan({ id, ...changes }, pve) {
        await mappingOf(String(id), pve);
        return [rest.put(one, { id, ...changes })];
      },
    }),
    defineTool({
      name: names.delete,
      title: `Delete a ${of} mapping`,
      describe: `Deletes a ${of} mapping; guests that use it no longer start.`,
      risk: "destructive",
      uses: [`DELETE ${one}`, list],
      input: fromApi(`DELETE ${one}`),
      async plan({ id }, pve) {
        await mappingOf(String(id), pve);
        return [rest.delete(one, { id })];
      },
    }),
  ];
}

/** Nodes that a mapping has entries for. */
function nodesOf(map: readonly string[] = []): string {
  const nodes = map.flatMap((entry) => /(?:^|,)node=([^,]+)/.exec(entry)?.[1] ?? []);
  return [...new Set(nodes)].sort().join(", ");
}

function isOn(value: unknown): boolean {
  return value === true || Number(value ?? 0) === 1;
}
