import type { Section } from "../sections.ts";

/** Who asks. */
export interface Caller {
  /** `root@pam`, or `root@pam!test` for a token. Only the first has root's shortcuts. */
  readonly id: string;
  /** The user behind it. */
  readonly user: string;
  /** Name of the token, undefined for a ticket. */
  readonly token: string | undefined;
}

/** An API token. `expire` in seconds since the epoch, 0 for never. */
export interface LabToken {
  readonly id: string;
  secret: string;
  privsep: boolean;
  expire: number;
  comment?: string;
}

/** A second factor of a user. `created` in seconds since the epoch. */
export interface LabSecondFactor {
  readonly id: string;
  readonly type: "totp" | "u2f" | "webauthn" | "recovery" | "yubico";
  readonly description: string;
  readonly created: number;
  /** Switched off by its owner. */
  readonly disabled?: true | undefined;
  /** Address with the secret of a one-time password. */
  readonly uri?: string;
  /** Codes that recover access, each good once; undefined where used. */
  readonly codes?: readonly (string | undefined)[];
}

/** A user. `expire` in seconds since the epoch, 0 for never. */
export interface LabUser {
  readonly userid: string;
  enable: boolean;
  expire: number;
  /** Undefined where none was set: such a user cannot log in. */
  password?: string;
  firstname?: string;
  lastname?: string;
  email?: string;
  comment?: string;
  keys?: string;
  /** Undefined where there are none. */
  secondFactors?: readonly LabSecondFactor[];
  readonly tokens: Map<string, LabToken>;
}

/** A group of users. */
export interface LabGroup {
  readonly groupid: string;
  comment?: string;
  readonly users: Set<string>;
}

/** A role; special ones are built in. */
export interface LabRole {
  readonly roleid: string;
  readonly special: boolean;
  readonly privileges: Set<string>;
}

/** One entry of the ACL. */
export interface AclEntry {
  readonly path: string;
  readonly type: "user" | "group" | "token";
  readonly ugid: string;
  readonly roleid: string;
  readonly propagate: boolean;
}

/** A realm. */
export interface LabRealm {
  readonly realm: string;
  readonly type: string;
  /** Its section in the configuration, `type` included. */
  readonly config: Section;
}

/** Users and what they may do. */
export interface AccessState {
  readonly users: Map<string, LabUser>;
  readonly groups: Map<string, LabGroup>;
  readonly roles: Map<string, LabRole>;
  readonly realms: Map<string, LabRealm>;
  /** By {@link aclKey}. */
  readonly acl: Map<string, AclEntry>;
  /** Call after any change: permissions are cached. */
  changed(): void;
  /** Privileges of a user or token on a path, each with whether it propagates. */
  permissions(id: string, path: string): ReadonlyMap<string, boolean>;
}
