import {
  defineTool,
  featured,
  listing,
  nodeName,
  type PveReader,
  type ReadParams,
  type Row,
  ToolError,
  Type,
} from "../../sdk/index.ts";

type Found = Readonly<Record<string, string | number | undefined>>;

/** What a kind of scan takes, and which keys of its answer name a find and describe it. */
interface Kind {
  readonly path: string;
  readonly needs: readonly string[];
  readonly takes?: readonly string[];
  readonly name: string;
  readonly info?: string;
}

const SCAN = "/nodes/{node}/scan";

const KINDS: Readonly<Record<string, Kind>> = {
  nfs: { path: `${SCAN}/nfs`, needs: ["server"], name: "path", info: "options" },
  cifs: {
    path: `${SCAN}/cifs`,
    needs: ["server"],
    takes: ["username", "password", "domain"],
    name: "share",
    info: "description",
  },
  iscsi: { path: `${SCAN}/iscsi`, needs: ["portal"], name: "target", info: "portal" },
  lvm: { path: `${SCAN}/lvm`, needs: [], name: "vg" },
  lvmthin: { path: `${SCAN}/lvmthin`, needs: ["vg"], name: "lv" },
  pbs: {
    path: `${SCAN}/pbs`,
    needs: ["server", "username", "password"],
    takes: ["fingerprint", "port"],
    name: "store",
    info: "comment",
  },
  zfs: { path: `${SCAN}/zfs`, needs: [], name: "pool" },
};

const finds = listing({
  of: "finds",
  columns: [{ key: "name" }, { key: "info" }],
});

const OPTIONS = {
  server: Type.Optional(Type.String({ minLength: 1 })),
  portal: Type.Optional(Type.String({ minLength: 1 })),
  vg: Type.Optional(Type.String({ minLength: 1 })),
  username: Type.Optional(Type.String({ minLength: 1 })),
  password: Type.Optional(Type.String({ minLength: 1 })),
  domain: Type.Optional(Type.String({ minLength: 1 })),
  fingerprint: Type.Optional(Type.String({ pattern: "^([A-Fa-f0-9]{2}:){31}[A-Fa-f0-9]{2}$" })),
  port: Type.Optional(Type.Integer({ minimum: 1, maximum: 65_535 })),
};

export const storageScan = defineTool({
  name: "proxmox_storage_scan",
  title: "Scan for storage",
  describe: "What a node finds to define storages on.",
  risk: "read",
  uses: Object.values(KINDS).map(({ path }) => `GET ${path}`),
  input: featured(
    Type.Object({
      node: nodeName({ default: "node" }),
      kind: Type.Unsafe<string>({ type: "string", enum: Object.keys(KINDS) }),
      ...OPTIONS,
      ...finds.inputs,
    }),
    ["node", "kind", "server"],
  ),
  result: finds.result,
  async read({ node, kind, filter, fields, sort, limit, cursor, artifact, ...options }, pve) {
    await pve.node(node);
    const rows = await scanned(kind, node, options, pve);
    return finds.rows(rows, { filter, fields, sort, limit, cursor, artifact });
  },
});

async function scanned(
  kind: string,
  node: string,
  options: ReadParams,
  pve: PveReader,
): Promise<readonly Row[]> {
  const scan = KINDS[kind];
  if (scan === undefined) return [];
  const { needs, takes = [], path, name, info } = scan;
  const missing = needs.filter((key) => options[key] === undefined);
  const foreign = Object.keys(options).filter(
    (key) => options[key] !== undefined && !needs.includes(key) && !takes.includes(key),
  );
  if (missing.length > 0 || foreign.length > 0) {
    throw new ToolError({
      code: "invalid_input",
      message: [
        ...missing.map((key) => `A scan for ${kind} needs ${key}.`),
        ...foreign.map((key) => `A scan for ${kind} does not take ${key}.`),
      ].join(" "),
      next: `It takes ${["node", ...needs, ...takes].join(", ")}.`,
    });
  }
  const found = await pve.get<readonly Found[]>(path, { node, ...options });
  return found.map((one) => ({ name: one[name], info: info === undefined ? undefined : one[info] }));
}
