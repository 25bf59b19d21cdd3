import { defineTool, featured, listing, Type } from "../../sdk/index.ts";
import { ending, isOn } from "./answers.ts";

interface Realm {
  readonly realm: string;
  readonly type: string;
  readonly comment?: string;
  readonly default?: unknown;
  readonly tfa?: string;
}

const realms = listing({
  of: "realms",
  columns: [
    { key: "realm" },
    { key: "type" },
    { key: "default", type: "boolean" },
    { key: "tfa", title: "second factor" },
    { key: "comment" },
  ],
});

export const realmList = defineTool({
  name: "proxmox_realm_list",
  title: "List realms",
  describe: "Where users sign in: pam, pve, LDAP, AD, OpenID.",
  risk: "read",
  uses: ["GET /access/domains"],
  input: featured(Type.Object(realms.inputs), ["filter"]),
  result: realms.result,
  async read(view, pve) {
    const all = await pve.get<readonly Realm[]>("/access/domains");
    const rows = all.map(({ realm, type, tfa, comment, default: first }) => ({
      realm,
      type,
      default: isOn(first),
      tfa,
      comment,
    }));
    return realms.rows(rows, view);
  },
});

interface SecondFactors {
  readonly userid: string;
  readonly entries: readonly {
    readonly id: string;
    readonly type: string;
    readonly description?: string;
    readonly created?: number;
    readonly enable?: unknown;
  }[];
  readonly "totp-locked"?: unknown;
  readonly "tfa-locked-until"?: unknown;
}

const factors = listing({
  of: "second factors",
  columns: [
    { key: "userid" },
    { key: "type" },
    { key: "description" },
    { key: "enabled", type: "boolean" },
    { key: "locked", type: "boolean" },
    { key: "created", unit: "time", optional: true },
    { key: "id", optional: true },
  ],
  filters: ["userid", "type", "text"],
  id: ["userid", "id"],
});

export const tfaList = defineTool({
  name: "proxmox_tfa_list",
  title: "List second factors",
  describe: "Second factors (TOTP, WebAuthn, recovery keys) by user. Who is not listed has none.",
  risk: "read",
  uses: ["GET /access/tfa"],
  input: featured(Type.Object(factors.inputs), ["filter"]),
  result: factors.result,
  async read(view, pve) {
    const all = await pve.get<readonly SecondFactors[]>("/access/tfa");
    const rows = all.flatMap((user) => {
      const isLocked = isOn(user["totp-locked"]) || ending(user["tfa-locked-until"]) !== undefined;
      return user.entries.map(({ id, type, description, created, enable }) => ({
        userid: user.userid,
        type,
        description,
        enabled: isOn(enable, true),
        locked: isLocked,
        created,
        id,
      }));
    });
    return factors.rows(rows, view);
  },
});
