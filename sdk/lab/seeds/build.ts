import { Access } from "../access/access.ts";
import type { LabToken, LabUser } from "../access/types.ts";
import { emptyFirewalls } from "../firewall/state.ts";
import { emptyHa } from "../ha/state.ts";
import { emptyMappings } from "../mapping/state.ts";
import type { Random } from "../random.ts";
import type { LabRelease } from "../release.ts";
import { emptySdn } from "../sdn/state.ts";
import { usualOutside } from "../storage/outside.ts";
import type { LabNode, LabPool, LabState, LabStorage } from "../types.ts";
import { Volumes } from "../volumes.ts";

/** An API token as a client needs it. */
export interface SeedToken {
  /** `root@pam!test` */
  readonly id: string;
  readonly secret: string;
  /** Value of the `Authorization` header. */
  readonly header: string;
}

/** What a seed makes: the state and the tokens to use it with, by a short name. */
export interface Seed {
  readonly state: LabState;
  readonly tokens: Readonly<Record<string, SeedToken>>;
}

/** What seeds are planted in. */
export interface Soil {
  readonly release: LabRelease;
  readonly random: Random;
  /** Milliseconds since the epoch. */
  readonly now: number;
}

const GIB = 2 ** 30;

/** An empty cluster with its realms and root. */
export function emptyState(localNode: string, clusterName: string | undefined, soil: Soil): LabState {
  const pools = new Map<string, LabPool>();
  const access = new Access(pools, soil.release.privileges);
  addRealm(access, "pve", "Proxmox VE authentication server");
  addRealm(access, "pam", "Linux PAM standard authentication");
  addUser(access, "root@pam");
  return {
    clusterName,
    localNode,
    startedAt: soil.now,
    qemu: soil.release.qemu,
    nodes: new Map(),
    guests: new Map(),
    storages: new Map(),
    volumes: new Volumes(),
    access,
    pools,
    datacenter: new Map(),
    firewall: emptyFirewalls(),
    ha: emptyHa(),
    sdn: emptySdn(),
    backupJobs: new Map(),
    mappings: emptyMappings(),
    cpuModels: new Map(),
    metricServers: new Map(),
    realmSyncJobs: new Map(),
    replication: new Map(),
    outside: usualOutside(),
  };
}

/** Adds a realm that is built in: its type has its name. */
function addRealm(access: LabState["access"], realm: string, comment: string): void {
  const config = new Map([
    ["type", realm],
    ["comment", comment],
  ]);
  access.realms.set(realm, { realm, type: realm, config });
}

/** Adds an enabled user that never expires. */
export function addUser(access: LabState["access"], userid: string, password?: string): LabUser {
  const user: LabUser = {
    userid,
    enable: true,
    expire: 0,
    tokens: new Map(),
    ...(password === undefined ? {} : { password }),
  };
  access.users.set(userid, user);
  return user;
}

/** Adds a token with a secret from the seed. */
export function addToken(user: LabUser, id: string, privsep: boolean, random: Random): SeedToken {
  const token: LabToken = { id, secret: random.uuid(), privsep, expire: 0 };
  user.tokens.set(id, token);
  const full = `${user.userid}!${id}`;
  return { id: full, secret: token.secret, header: `PVEAPIToken=${full}=${token.secret}` };
}

/** Adds an online node, up for some days. */
export function addNode(
  state: LabState,
  name: string,
  parts: { nodeid: number; ip: string; cpus: number; memory: number; cgroups?: 1 | 2 },
  random: Random,
): LabNode {
  const node: LabNode = {
    name,
    cgroups: 2,
    ...parts,
    power: "online",
    bootedAt: state.startedAt - random.int(2, 40) * 86_400_000,
    rootfs: 96 * GIB,
    config: new Map([["wakeonlan", random.mac()]]),
    dns: { search: "example.com", servers: ["192.0.2.1"] },
    timezone: "Etc/UTC",
    fingerprint: random
      .hex(64)
      .toUpperCase()
      .replace(/(..)(?=.)/g, "$1:"),
  };
  state.nodes.set(name, node);
  return node;
}

/** Adds a storage definition; `properties` as in the configuration file. */
export function addStorage(
  state: LabState,
  id: string,
  type: string,
  size: number,
  properties: Readonly<Record<string, string>>,
): LabStorage {
  const storage: LabStorage = { id, type, size, config: new Map(Object.entries(properties)) };
  state.storages.set(id, storage);
  return storage;
}
