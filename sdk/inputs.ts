import { type TSchema, type TUnsafe, Type } from "typebox";

/** What the operator's `PROXMOX_DEFAULT_*` settings can fill in. */
export type DefaultKind = "node" | "bridge" | "vmStorage" | "snippetStorage";

/** Texts and defaults of an input. */
export interface InputOptions {
  readonly description?: string;
  /** The operator's default that fills the input where the caller leaves it out. */
  readonly default?: DefaultKind;
}

const LOWEST_VMID = 100;
const HIGHEST_VMID = 999_999_999;

/**
 * Marks a property: where the operator has set a default of that kind it is filled
 * in and no longer required.
 */
export function defaulted<Schema extends TSchema>(kind: DefaultKind, schema: Schema): Schema {
  return Object.assign(schema, { "x-default": kind });
}

/**
 * Gives a property a shorter form for the list of tools; calls are validated against the property itself.
 * Bounds, patterns and the like are left out of the list anyway.
 */
export function listedAs<Schema extends TSchema>(
  schema: Schema,
  shown: Readonly<Record<string, unknown>>,
): Schema {
  return Object.assign(schema, { "x-listed": shown });
}

function named(schema: Readonly<Record<string, unknown>>, options: InputOptions): TUnsafe<string> {
  const text = options.description === undefined ? {} : { description: options.description };
  const made = Type.Unsafe<string>({ ...schema, ...text });
  return options.default === undefined ? made : defaulted(options.default, made);
}

/**
 * A guest by VMID, or by name where only one has it; for `pve.guest`. What it takes the server's instructions
 * say once for all tools.
 */
export function guestRef(options: Pick<InputOptions, "description"> = {}): TUnsafe<number | string> {
  return Type.Unsafe<number | string>({
    anyOf: [
      { type: "integer", minimum: LOWEST_VMID, maximum: HIGHEST_VMID },
      { type: "string", minLength: 1 },
    ],
    ...options,
  });
}

/** The name of a node. */
export function nodeName(options: InputOptions = {}): TUnsafe<string> {
  return named({ type: "string", pattern: "^[a-zA-Z0-9]([a-zA-Z0-9-]*[a-zA-Z0-9])?$" }, options);
}

/** The ID of a storage. */
export function storageName(options: InputOptions = {}): TUnsafe<string> {
  return named({ type: "string", pattern: "^[a-zA-Z][a-zA-Z0-9._-]*[a-zA-Z0-9]$" }, options);
}

/** The name of a bridge, the operator's default bridge where left out. */
export function bridgeName(options: Omit<InputOptions, "default"> = {}): TUnsafe<string> {
  return named({ type: "string", minLength: 1 }, { default: "bridge", ...options });
}
