/** Plain types of the API catalog: what is known of an endpoint, and what checking a call answers. */

/** HTTP methods that the API knows. */
export type ApiMethod = "GET" | "POST" | "PUT" | "DELETE";

/** `"POST /nodes/{node}/qemu"`. */
export type EndpointKey = `${ApiMethod} /${string}`;

/** What a call can do at worst (the same words as the SDK's risks; vendor knows no SDK). */
export type ApiRisk = "read" | "write" | "destructive" | "escape";

/** Schema of one parameter as the API declares it (JSON Schema in Proxmox's own dialect). */
export interface ParamSchema {
  readonly type?: "string" | "integer" | "number" | "boolean" | "array" | "object" | "null";
  readonly optional?: boolean;
  readonly enum?: readonly string[];
  readonly minimum?: number;
  readonly maximum?: number;
  readonly minLength?: number;
  readonly maxLength?: number;
  /** A Perl pattern. */
  readonly pattern?: string;
  readonly default?: unknown;
  /** Another parameter that must be given as well. */
  readonly requires?: string;
  readonly items?: ParamSchema;
  readonly properties?: Readonly<Record<string, ParamSchema>>;
  /** Name of a format, or the fields of a property string. */
  readonly format?: string | Readonly<Record<string, ParamSchema>>;
  readonly alias?: string;
  readonly keyAlias?: string;
  readonly defaultKey?: boolean | number;
  /** For names like `net[n]`. */
  readonly indexed?: boolean;
  readonly maxIndex?: number;
  readonly typeProperty?: string;
  readonly instanceTypes?: readonly string[];
  readonly oneOf?: readonly ParamSchema[];
}

/** A permission check as declared: `["perm", path, [privs…], …]`, `["and", …]`, `["or", …]`, … */
export type PermissionCheck = readonly unknown[];

/** One endpoint. */
export interface Endpoint {
  readonly path: string;
  readonly method: ApiMethod;
  readonly name: string;
  readonly parameters: Readonly<Record<string, ParamSchema>>;
  /** Unset counts as allowed. */
  readonly additionalProperties?: boolean;
  readonly returns?: unknown;
  /** Missing: root@pam alone. */
  readonly permissions?: {
    readonly user?: string;
    readonly check?: PermissionCheck;
    readonly codeChecks?: boolean;
  };
  readonly proxyto?: string;
  readonly protected?: boolean;
  readonly allowtoken?: boolean;
  /** Answers a UPID. */
  readonly task?: boolean;
}

/** Parameters as a caller gives them: typed values, lists as arrays. */
export type CallParams = Readonly<Record<string, unknown>>;

/** A fault of one parameter, in Proxmox's own words where it has any. */
export interface ParamFault {
  /** Name of the parameter, `net0`, or `map[0]` for an item. */
  readonly param: string;
  readonly message: string;
}

/** A match of a concrete path against the templates. */
export interface PathMatch {
  readonly endpoint: Endpoint;
  /** Placeholders with their decoded values. */
  readonly pathParams: Readonly<Record<string, string>>;
}

/** One privilege needed, with the ACL path it is needed on; `{vmid}` filled in where known. */
export interface PrivilegeNeed {
  readonly path: string;
  /** Any one of these suffices when `any` is true, else all are needed. */
  readonly privileges: readonly string[];
  readonly any?: boolean;
  /** What must be true of the caller or the call besides, such as being the user in question. */
  readonly condition?: string;
  /** Another ACL path on which the same privileges suffice. */
  readonly orOn?: string;
  /** Only some of these calls need it, as the condition says. */
  readonly maybe?: true;
  /** Without it the answer leaves things out instead of being refused. */
  readonly hides?: true;
}

/** Who may call an endpoint: what it declares, and what Proxmox's code checks further. */
export interface EndpointPrivileges {
  /** `root`: root@pam alone; `world`: no credentials needed; `all`: any user; `privileges`: as listed. */
  readonly who: "root" | "world" | "all" | "privileges";
  /** Alternatives; one of them must hold in full. Empty unless `who` is `privileges`. */
  readonly alternatives: readonly (readonly PrivilegeNeed[])[];
  /** What the code checks further; all of it must hold as well. */
  readonly further: readonly PrivilegeNeed[];
  /** The code checks more than is said here, because nobody has read it yet. */
  readonly unread: boolean;
}

/** The API of one Proxmox VE version, with our tables about it. */
export interface Catalog {
  /** `"9.2"`. */
  readonly release: string;
  /** All endpoints in path order. */
  readonly endpoints: readonly Endpoint[];
  /** The endpoint of a template key, or undefined. */
  endpoint(key: string): Endpoint | undefined;
  /** The endpoint that a concrete path (still percent-encoded, below `/api2/json`) belongs to. */
  match(method: string, path: string): PathMatch | undefined;
  /** True when any method exists on the concrete path. */
  hasPath(path: string): boolean;
  /**
   * Checks parameters (path placeholders included) as the API would, all faults at once.
   * Takes typed values or wire strings, `sshkeys` as plain text. Never stricter than
   * the API. Empty when all is well.
   */
  check(endpoint: Endpoint, params: CallParams): readonly ParamFault[];
  /**
   * Answers what Proxmox VE of exactly this release puts into `errors` for parameters as
   * they arrived on the wire: `sshkeys` must already be percent-encoded, and lists that
   * grow from version to version (CPU models, privileges) are held to.
   */
  checkWire(endpoint: Endpoint, params: CallParams): readonly ParamFault[];
  /**
   * Typed values as the wire takes them: booleans as `1`/`0`, lists joined, arrays kept,
   * `sshkeys` percent-encoded once more. Undefined values are left out.
   */
  encode(endpoint: Endpoint, params: CallParams): Readonly<Record<string, string | readonly string[]>>;
  /** The risk of a call by method, path and parameters. */
  risk(endpoint: Endpoint, params?: CallParams): ApiRisk;
  /** Parameters of this call that Proxmox VE accepts from root@pam's own password login only, with the reason. */
  rootOnly(endpoint: Endpoint, params: CallParams): readonly ParamFault[];
  /** Needed privileges, with paths filled in from `params` where given; see `code-checks/`. */
  privileges(endpoint: Endpoint, params?: CallParams): EndpointPrivileges;
}
