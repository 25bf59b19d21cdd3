import { ToolError } from "../../sdk/errors.ts";
import { type SnippetPlace, snippetVolid } from "../../sdk/snippet-steps.ts";
import { privilegesText } from "../../vendor/pve-docs/index.ts";
import type { CallParams, Catalog, EndpointPrivileges } from "../../vendor/pve-docs/types.ts";
import { isPlainObject } from "../call/json-schema.ts";
import { fromUpstream } from "../call/upstream-errors.ts";
import type { ClusterAccess } from "../tokens.ts";
import type { FileStatus } from "../transports/ssh/types.ts";
import { checkSnippetName, snippetPath } from "./definition.ts";

/** A snippet and where it lies. */
export interface LocatedSnippet extends SnippetPlace {
  readonly volid: string;
  /** On the node. */
  readonly path: string;
  /** Of the API, for its storage's files. */
  readonly privileges: EndpointPrivileges;
}

/** What locating takes. */
export interface LocateParts {
  readonly cluster: Pick<ClusterAccess, "rest" | "ssh">;
  readonly catalog: Catalog;
  readonly signal: AbortSignal;
}

/** Takes what Proxmox VE asks for a snippet, `Datastore.Allocate` on its storage. */
const DEFINITION = "GET /storage/{storage}";
const STATUS = "GET /nodes/{node}/storage/{storage}/status";

/**
 * Finds out where a snippet lies, from the definition of its storage as Proxmox VE tells it now. Throws ToolError
 * where there can be none, where the storage is not active on the node, for then its path is that of another file
 * system, and where the account may not change the storage's files.
 */
export async function locateSnippet(
  place: SnippetPlace,
  action: "read" | "write" | "remove",
  parts: LocateParts,
): Promise<LocatedSnippet> {
  const { node, storage, name } = place;
  checkSnippetName(place, action);
  const definition = await ask(DEFINITION, { storage }, parts);
  const path = snippetPath(definition, place);
  const { active } = await ask(STATUS, { node, storage }, parts);
  if (active !== 1 && active !== true && active !== "1") {
    throw new ToolError({
      code: "conflict",
      message: `Storage ${storage} is not active on node ${node}: its folder there may be that of the node itself.`,
      next: "Have the storage brought back, then call again.",
      retry: true,
    });
  }
  const endpoint = parts.catalog.endpoint(DEFINITION);
  const privileges = endpoint && parts.catalog.privileges(endpoint, { storage });
  if (privileges === undefined) throw lacking(DEFINITION, parts.catalog);
  return { node, storage, name, volid: snippetVolid(place), path, privileges };
}

/**
 * What a snippet is now; undefined where there is none. Throws ToolError for what is no file, and where it is to be
 * changed for what can be run: a guest may have it as its hook script, which the node runs as root.
 */
export async function snippetStatus(
  { node, volid, path }: LocatedSnippet,
  action: "read" | "write" | "remove",
  { cluster, signal }: LocateParts,
): Promise<FileStatus | undefined> {
  const status = await cluster.ssh.status(node, path, signal);
  if (status === undefined) return undefined;
  if (status.kind !== "file") {
    throw new ToolError({
      code: "unsupported",
      message: `${volid} on node ${node} is no file but a ${status.kind}.`,
      next: "Have it looked at on the node itself.",
    });
  }
  if (action === "read" || (status.mode & 0o111) === 0) return status;
  throw new ToolError({
    code: "unsupported",
    message: `${volid} on node ${node} can be executed, so it may be the hook script of a guest, which runs as root. Nothing was changed.`,
    next:
      "Choose another name. Changing a script takes access to any file of the node. Where every file of the " +
      "storage looks so, its mount options say so (file_mode of a CIFS share).",
  });
}

async function ask(
  key: string,
  params: CallParams,
  { cluster, catalog, signal }: LocateParts,
): Promise<Readonly<Record<string, unknown>>> {
  const endpoint = catalog.endpoint(key);
  if (endpoint === undefined) throw lacking(key, catalog);
  try {
    const answer = await cluster.rest.read({ endpoint, params, signal });
    return isPlainObject(answer) ? answer : {};
  } catch (error) {
    const needs = () => privilegesText(catalog.privileges(endpoint, params));
    throw fromUpstream(error, { what: key, needs, signal });
  }
}

function lacking(key: string, { release }: Catalog): ToolError {
  return new ToolError({
    code: "unsupported",
    message: `Proxmox VE ${release} has no ${key}.`,
    next: "Use another way to the same end.",
  });
}
