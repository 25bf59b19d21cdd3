/** How an option of a storage type may be used. */
export interface PluginOption {
  readonly required: boolean;
  /** Set when the storage is defined and never again. */
  readonly fixed: boolean;
}

/** What Proxmox VE's plugin for a storage type allows. */
export interface StoragePlugin {
  readonly options: ReadonlyMap<string, PluginOption>;
  /** Content types that it can hold; `none` where it may be without any. */
  readonly content: ReadonlySet<string>;
  /** Content types where none are given. */
  readonly defaultContent: readonly string[];
  /** Formats of images; undefined where the plugin names none. */
  readonly formats: readonly string[] | undefined;
  /** Options that are kept outside of the configuration file. */
  readonly secrets: readonly string[];
  /** True where volumes cannot be made, only chosen. */
  readonly selectExisting: boolean;
}

type Row = readonly [
  options: string,
  content: string,
  defaults: string,
  formats?: string | undefined,
  secrets?: string,
];

const FILES =
  "nodes disable content format content-dirs maxfiles prune-backups max-protected-backups mkdir create-base-path create-subdirs bwlimit preallocation";
const ALL = "images rootdir vztmpl iso backup snippets import";
const IMAGES = "raw qcow2 vmdk";

/**
 * `!` after an option: fixed and required; `*`: required; `?`: fixed.
 * From the plugins below `src/PVE/Storage/` of pve-storage.
 */
const TABLE: Readonly<Record<string, Row>> = {
  dir: [
    `path! shared is_mountpoint snapshot-as-volume-chain ${FILES}`,
    `${ALL} none`,
    "images rootdir",
    `${IMAGES} subvol`,
  ],
  btrfs: [
    "path! nodes shared disable maxfiles prune-backups max-protected-backups content format is_mountpoint nocow mkdir create-base-path create-subdirs preallocation",
    `${ALL} none`,
    "images rootdir",
    "raw subvol",
  ],
  nfs: [`path! server! export! options snapshot-as-volume-chain ${FILES}`, ALL, "images", IMAGES],
  cifs: [
    `path! server! share! subdir username password domain smbversion options snapshot-as-volume-chain ${FILES}`,
    ALL,
    "images",
    IMAGES,
    "password",
  ],
  glusterfs: [
    `path! server server2 volume! transport ${FILES}`,
    "images vztmpl iso backup snippets import",
    "images",
    IMAGES,
  ],
  cephfs: [
    "path! content-dirs monhost nodes subdir disable options username content format mkdir create-base-path create-subdirs fuse bwlimit maxfiles keyring prune-backups max-protected-backups fs-name",
    "vztmpl iso backup snippets import",
    "backup",
    undefined,
    "keyring",
  ],
  lvm: [
    "vgname! nodes shared disable saferemove saferemove_throughput saferemove-stepsize content base? tagged_only bwlimit snapshot-as-volume-chain",
    "images rootdir",
    "images",
    "raw qcow2",
  ],
  lvmthin: ["thinpool! vgname! nodes disable content bwlimit", "images rootdir", "images rootdir"],
  zfspool: [
    "pool! blocksize sparse nodes disable content bwlimit mountpoint",
    "images rootdir",
    "images rootdir",
    "raw subvol",
  ],
  zfs: [
    "nodes disable portal! target! pool! blocksize! iscsiprovider! nowritecache sparse comstar_hg comstar_tg lio_tpg zfs-base-path content bwlimit",
    "images",
    "images",
  ],
  rbd: [
    "nodes disable monhost pool data-pool namespace username content krbd keyring bwlimit",
    "images rootdir",
    "images",
    undefined,
    "keyring",
  ],
  iscsi: ["portal! target! nodes disable content bwlimit", "images none", "images"],
  iscsidirect: ["portal! target! nodes disable content bwlimit", "images none", "images"],
  pbs: [
    "server! datastore! namespace port nodes disable content username password encryption-key master-pubkey prune-backups max-protected-backups fingerprint",
    "backup none",
    "backup",
    undefined,
    "encryption-key master-pubkey password",
  ],
  esxi: [
    "nodes shared disable content server* username* password skip-cert-verification port",
    "import",
    "import",
    IMAGES,
    "password",
  ],
};

const PLUGINS: ReadonlyMap<string, StoragePlugin> = new Map(
  Object.entries(TABLE).map(([type, row]) => [type, pluginOf(type, row)]),
);

/** The plugin of a storage type; the frame has checked that there is such a type. */
export function pluginFor(type: string): StoragePlugin {
  const plugin = PLUGINS.get(type);
  if (plugin === undefined) throw new Error(`the lab has no storage type ${type}`);
  return plugin;
}

function pluginOf(type: string, [options, content, defaults, formats, secrets = ""]: Row): StoragePlugin {
  return {
    options: new Map(options.split(" ").map(optionOf)),
    content: new Set(content.split(" ")),
    defaultContent: defaults.split(" "),
    formats: formats?.split(" ").sort(),
    secrets: secrets.split(" ").filter((name) => name !== ""),
    selectExisting: type.startsWith("iscsi"),
  };
}

function optionOf(text: string): readonly [string, PluginOption] {
  const mark = /[!*?]$/.exec(text)?.[0];
  const name = mark === undefined ? text : text.slice(0, -1);
  return [name, { required: mark === "!" || mark === "*", fixed: mark === "!" || mark === "?" }];
}
