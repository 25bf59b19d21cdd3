import { password, realm, tokenId, tokenSecret, tokenUser, username } from "./credentials.ts";
import { define } from "./definition.ts";
import { fingerprints } from "./fingerprint.ts";
import { hosts } from "./host.ts";
import { hostKeys } from "./host-keys.ts";
import { FLAG_ACCEPTS, flag, integer, named } from "./parsers.ts";
import { path } from "./paths.ts";
import { loginName, nodeAddresses, privateKey } from "./ssh.ts";

const NODE_NAME = /^[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?$/i;
const BRIDGE_NAME = /^[\w.-]{1,15}$/;
const STORAGE_NAME = /^[a-z][a-z0-9\-_.]*[a-z0-9]$/i;

/** Variables that each cluster has of its own, as they are named where there is one cluster. */
export const CLUSTER_DEFINITIONS = {
  PROXMOX_HOST: define({
    group: "Cluster",
    describe:
      "Nodes of the cluster: host names or IP addresses, each with a port of its own where it differs. Of several the first that can be reached is asked.",
    accepts:
      "host names, IPv4 or IPv6 addresses, apart by commas or spaces; with a port as pve1:8007 or [2001:db8::1]:8007",
    parse: hosts,
    required: true,
  }),
  PROXMOX_API_PORT: define({
    group: "Cluster",
    describe: "Port of the API on hosts that are given without one.",
    accepts: "a port, 1 to 65535",
    parse: integer(1, 65_535),
    fallback: 8006,
  }),
  PROXMOX_API_TOKEN_USER: define({
    group: "Sign-in",
    describe:
      "User that the API token belongs to, without realm. A token takes all four `PROXMOX_API_TOKEN_*`.",
    accepts: "a user name such as root",
    parse: tokenUser,
  }),
  PROXMOX_API_TOKEN_REALM: define({
    group: "Sign-in",
    describe: "Realm of that user.",
    accepts: "a realm such as pam or pve",
    parse: realm,
  }),
  PROXMOX_API_TOKEN_ID: define({
    group: "Sign-in",
    describe: "Id of the token: the part after the `!`.",
    accepts: "a token id such as mcp",
    parse: tokenId,
  }),
  PROXMOX_API_TOKEN_SECRET: define({
    group: "Sign-in",
    describe: "Secret of the token.",
    accepts: "the secret that Proxmox VE showed when the token was made",
    parse: tokenSecret,
    secret: true,
  }),
  PROXMOX_USERNAME: define({
    group: "Sign-in",
    describe: "Login with a ticket instead of a token; goes with `PROXMOX_PASSWORD`.",
    accepts: "user@realm, such as root@pam",
    parse: username,
  }),
  PROXMOX_PASSWORD: define({
    group: "Sign-in",
    describe: "Password of that login.",
    accepts: "the password",
    parse: password,
    secret: true,
  }),
  PROXMOX_TLS_REJECT_UNAUTHORIZED: define({
    group: "TLS",
    describe: "Whether the certificate of the API is verified. Pin a fingerprint rather than turn this off.",
    accepts: FLAG_ACCEPTS,
    parse: flag,
    fallback: true,
  }),
  PROXMOX_TLS_CA_FILE: define({
    group: "TLS",
    describe: "PEM file with the authority to trust, such as a copy of `/etc/pve/pve-root-ca.pem`.",
    accepts: "the path of a readable PEM file",
    parse: path,
  }),
  PROXMOX_TLS_FINGERPRINT: define({
    group: "TLS",
    describe:
      "SHA-256 fingerprint of the certificate, as the Proxmox VE interface shows it; of several, any may match. `pve1=…` is for that host alone. Replaces the check by authorities on the hosts that it is for.",
    accepts: "64 hex digits, with or without colons, also as host=digits; several apart by commas or spaces",
    parse: fingerprints,
    fallback: [],
    shownDefault: "none",
  }),
  PROXMOX_SHELL_SSH_USERNAME: define({
    group: "SSH",
    describe: "Login on the nodes. One other than `root` runs everything through `sudo -n`.",
    accepts: "a login such as root",
    parse: loginName,
    fallback: "root",
  }),
  PROXMOX_SHELL_SSH_PRIVATE_KEY: define({
    group: "SSH",
    describe: "Private key of that login, the text itself. Without a key SSH is off.",
    accepts: "a private key in OpenSSH or PEM form",
    parse: privateKey,
    secret: true,
  }),
  PROXMOX_SHELL_SSH_PRIVATE_KEY_PATH: define({
    group: "SSH",
    describe: "File with that key, instead of its text.",
    accepts: "the path of a readable private key",
    parse: path,
  }),
  PROXMOX_SHELL_SSH_PASSPHRASE: define({
    group: "SSH",
    describe: "Passphrase of that key, where it has one.",
    accepts: "the passphrase",
    parse: password,
    secret: true,
  }),
  PROXMOX_SHELL_SSH_EXPECTED_HOST_KEY: define({
    group: "SSH",
    describe:
      "Host keys that are trusted; of several, any may match. `pve1=…` is for that node alone. Without one SSH is off.",
    accepts:
      "fingerprints as SHA256:…, public keys, lines of known_hosts, or paths of such files, apart by commas, spaces or lines",
    parse: hostKeys,
    fallback: [],
    shownDefault: "none",
  }),
  PROXMOX_SHELL_SSH_PORT: define({
    group: "SSH",
    describe: "Port of SSH on nodes that are given without one.",
    accepts: "a port, 1 to 65535",
    parse: integer(1, 65_535),
    fallback: 22,
  }),
  PROXMOX_SHELL_SSH_HOSTS: define({
    group: "SSH",
    describe: "Where nodes are reached by SSH, for those whose address in the cluster does not serve.",
    accepts: "node=address, several apart by commas; with a port as pve1=192.0.2.1:2222",
    parse: nodeAddresses,
    fallback: {},
    shownDefault: "the addresses that the cluster knows",
  }),
  PROXMOX_DEFAULT_NODE: define({
    group: "Defaults of tools",
    describe: "Node that tools take where none is named.",
    accepts: "a node name",
    parse: named(NODE_NAME),
  }),
  PROXMOX_DEFAULT_BRIDGE: define({
    group: "Defaults of tools",
    describe: "Bridge of new network devices.",
    accepts: "a bridge such as vmbr0, or a virtual network",
    parse: named(BRIDGE_NAME),
    fallback: "vmbr0",
  }),
  PROXMOX_DEFAULT_VM_STORAGE: define({
    group: "Defaults of tools",
    describe: "Storage of new disks.",
    accepts: "a storage name",
    parse: named(STORAGE_NAME),
  }),
  PROXMOX_DEFAULT_SNIPPET_STORAGE: define({
    group: "Defaults of tools",
    describe: "Storage of snippets.",
    accepts: "a storage name",
    parse: named(STORAGE_NAME),
    fallback: "local",
  }),
} as const;

/** Name of a variable of a cluster, as it is where there is one. */
export type ClusterSettingName = keyof typeof CLUSTER_DEFINITIONS;

/** All of them, in the order of the table. */
// Object.keys loses the key type; the table is a literal with exactly these keys.
export const CLUSTER_SETTING_NAMES = Object.keys(CLUSTER_DEFINITIONS) as readonly ClusterSettingName[];
