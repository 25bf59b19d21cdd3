import { isToolError } from "../../sdk/errors.ts";
import type { Catalog, Endpoint } from "../../vendor/pve-docs/types.ts";
import type { ClusterAccess } from "../tokens.ts";
import { isPlainObject } from "./json-schema.ts";
import type { ConfigFile } from "./types.ts";
import { fromUpstream } from "./upstream-errors.ts";

/** Names of the placeholders of a path template. */
export function placeholders(path: string): string[] {
  return [...path.matchAll(/\{([^}]+)\}/g)].map((match) => match[1] ?? "");
}

/**
 * The endpoint that reads the file which this one changes: a change that takes a `digest`, on a path that
 * can be read. Undefined for anything that is no config change.
 */
export function configReader(catalog: Catalog, endpoint: Endpoint): Endpoint | undefined {
  if (endpoint.method === "GET" || !Object.hasOwn(endpoint.parameters, "digest")) return undefined;
  return catalog.endpoint(`GET ${endpoint.path}`);
}

/** A config file to be read: where it is. */
export type ConfigPlace = Pick<ConfigFile, "endpoint" | "params" | "shownPath">;

/** Reads a config file as it is now. Throws ToolError. */
export async function readConfig(
  access: ClusterAccess,
  { endpoint, params, shownPath }: ConfigPlace,
  signal: AbortSignal,
): Promise<Readonly<Record<string, unknown>>> {
  try {
    const values = await access.rest.read({ endpoint, params, signal });
    return isPlainObject(values) ? values : {};
  } catch (error) {
    throw fromUpstream(error, { what: `GET ${shownPath}`, signal });
  }
}

/** Reads each config file of a plan once, and hands the same object to every step that changes it. */
export class ConfigFiles {
  readonly #access: ClusterAccess;
  readonly #signal: AbortSignal;
  readonly #files = new Map<string, Promise<ConfigFile | undefined>>();

  constructor(access: ClusterAccess, signal: AbortSignal) {
    this.#access = access;
    this.#signal = signal;
  }

  /**
   * The file as it is now; undefined where it has no digest, may not be read by this account, or
   * (`mayBeNew`) is only made by an earlier step of the plan.
   */
  read(place: ConfigPlace, mayBeNew: boolean): Promise<ConfigFile | undefined> {
    let file = this.#files.get(place.shownPath);
    if (!file) {
      file = this.#load(place, mayBeNew);
      this.#files.set(place.shownPath, file);
    }
    return file;
  }

  async #load(place: ConfigPlace, mayBeNew: boolean): Promise<ConfigFile | undefined> {
    try {
      const values = await readConfig(this.#access, place, this.#signal);
      const { digest } = values;
      return typeof digest === "string" ? { ...place, digest, values } : undefined;
    } catch (error) {
      const code = isToolError(error) ? error.code : undefined;
      if (code === "forbidden" || (mayBeNew && code === "not_found")) return undefined;
      throw error;
    }
  }
}
