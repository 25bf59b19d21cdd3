import { loadCatalog } from "../../../vendor/pve-docs/index.ts";
import type { Catalog, Endpoint } from "../../../vendor/pve-docs/types.ts";
import { checkDeclared } from "../access/declared.ts";
import type { Caller } from "../access/types.ts";
import { die, LabError, paramError, permError } from "../errors.ts";
import { asAnswered, type LabRelease } from "../release.ts";
import type { LabCore, LabHandler, LabNode } from "../types.ts";
import { LabParams, type WireValue } from "./params.ts";
import { receive, told, UNKNOWN } from "./received.ts";
import { Request } from "./request.ts";
import { Router } from "./router.ts";

/** A call as it comes from the wire, credentials already looked at. */
export interface Call {
  readonly method: string;
  /** Decoded, below `/api2/json`. */
  readonly path: string;
  readonly params: ReadonlyMap<string, WireValue>;
  /** Undefined where the endpoint needs no credentials. */
  readonly caller: Caller | undefined;
  /** Whether an API token was presented. */
  readonly byToken: boolean;
  /** It is checked and answered, but not done; the type of the task that is answered for it. */
  readonly ignoredAs?: string;
}

/** What a call came to, with the endpoint where one was found. */
export interface Outcome {
  readonly endpoint: Endpoint | undefined;
  readonly pathParams: ReadonlyMap<string, string>;
  readonly data: unknown;
  readonly fault: LabError | undefined;
}

/** The directory at the root, which the catalog does not list. */
const ROOT_INDEX = ["version", "cluster", "nodes", "storage", "access", "pools"].map((subdir) => ({
  subdir,
}));

const VM_CONFIG = /^\/nodes\/\{node\}\/qemu\/\{vmid\}\/config$/;

/** Thrown where the node that should answer is down: 595 with an empty body. */
export class NodeUnreachable extends Error {}

const NONE: ReadonlyMap<string, string> = new Map();

const NOBODY: Caller = { id: "", user: "", token: undefined };

/** Takes a call through the checks in Proxmox VE's own order and on to its handler. */
export class Pipeline {
  readonly #release: LabRelease;
  readonly #catalog: Catalog;
  readonly #router: Router;
  readonly #handlers = new Map<Endpoint, LabHandler>();

  constructor(release: LabRelease) {
    this.#release = release;
    this.#catalog = loadCatalog(release.name);
    this.#router = new Router(this.#catalog.endpoints);
  }

  route(key: string, handler: LabHandler): void {
    const endpoint = this.#catalog.endpoint(key);
    if (endpoint === undefined) {
      // What is simulated is the newest release; an older one lacks some of it.
      if (loadCatalog().endpoint(key) === undefined) throw new Error(`the API has no ${key}`);
      return;
    }
    if (this.#handlers.has(endpoint)) throw new Error(`${key} is registered twice`);
    this.#handlers.set(endpoint, handler);
  }

  /** Runs a handler as API code calls other API code: no permission or parameter checks in between. */
  async invoke(
    lab: LabCore,
    key: string,
    params: Readonly<Record<string, WireValue>>,
    caller: Caller,
  ): Promise<unknown> {
    const endpoint = this.#catalog.endpoint(key);
    const handler = endpoint === undefined ? undefined : this.#handlers.get(endpoint);
    if (endpoint === undefined || handler === undefined) throw notSimulated(key);
    const given = new LabParams(new Map(Object.entries(params)));
    return handler(new Request(lab, endpoint, given, caller, nodeOf(lab, given.text("node"))));
  }

  async run(lab: LabCore, call: Call): Promise<Outcome> {
    if (call.method === "GET" && /^\/*$/.test(call.path)) return rootIndex(call);
    const found = this.#router.find(call.method, call.path);
    if (found === undefined) {
      // A path is never more than its bytes.
      const path = Buffer.from(call.path).toString("latin1");
      const message = `Method '${call.method} ${path}' not implemented`;
      const fault = new LabError(501, message, undefined, false);
      return { endpoint: undefined, pathParams: NONE, data: null, fault };
    }
    const { endpoint, pathParams } = found;
    try {
      const params = merge(pathParams, call.params);
      const node = this.#admit(lab, call, endpoint, params);
      const handler = this.#handlers.get(endpoint);
      if (handler === undefined) throw notSimulated(`${call.method} ${endpoint.path}`);
      const request = new Request(lab, endpoint, new LabParams(params), call.caller ?? NOBODY, node);
      if (call.ignoredAs !== undefined) {
        return { endpoint, pathParams, data: notDone(request, call.ignoredAs), fault: undefined };
      }
      const data = asAnswered(this.#release, await handler(request));
      return { endpoint, pathParams, data, fault: undefined };
    } catch (error) {
      if (error instanceof LabError) return { endpoint, pathParams, data: null, fault: error };
      throw error;
    }
  }

  /** Credentials, declared permissions, the node that answers, parameters: in this order. */
  #admit(lab: LabCore, call: Call, endpoint: Endpoint, params: Map<string, WireValue>): LabNode {
    if (call.byToken && endpoint.allowtoken === false) {
      throw permError(`URI '${call.path}' not available with API token, need proper ticket.\n`);
    }
    const wire = new LabParams(params);
    checkDeclared(endpoint, call.caller?.id, (name) => wire.text(name), lab.state.access);
    const node = endpoint.proxyto === "node" ? wire.text("node") : undefined;
    const answering = nodeOf(lab, node);
    if (answering.power !== "online") throw new NodeUnreachable(answering.name);
    const empty = receive(endpoint, params);
    const errors = told(endpoint, this.#catalog.checkWire(endpoint, Object.fromEntries(params)), empty);
    if (Object.keys(errors).length > 0) throw paramError(errors);
    // A configuration that is written holds a text for each of its keys.
    const unwritten = empty.find((name) => name !== "digest" && name !== "delete");
    if (unwritten !== undefined && VM_CONFIG.test(endpoint.path) && endpoint.method !== "GET")
      throw die(`unable to parse value of '${unwritten}' - got undefined value`);
    return answering;
  }
}

function rootIndex({ params }: Call): Outcome {
  const errors = [...params.keys()].map((name): [string, string] => [name, UNKNOWN]);
  const fault = errors.length === 0 ? undefined : paramError(Object.fromEntries(errors));
  const data = fault === undefined ? ROOT_INDEX : null;
  return { endpoint: undefined, pathParams: NONE, data, fault };
}

/** What is answered for a call that is not done. */
function notDone({ lab, endpoint, node, caller, params }: Request, type: string): string | null {
  if (endpoint.task !== true) return null;
  const id = params.text("vmid") ?? "";
  return lab.tasks.start({ node: node.name, type, id, user: caller.id }, () => undefined);
}

function notSimulated(key: string): LabError {
  return new LabError(501, `the lab does not simulate ${key}`);
}

function nodeOf(lab: LabCore, name: string | undefined): LabNode {
  const wanted = name === undefined || name === "localhost" ? lab.state.localNode : name;
  const node = lab.state.nodes.get(wanted);
  if (node !== undefined) return node;
  throw die(
    `hostname lookup '${wanted}' failed - failed to get address info for: ${wanted}: Name or service not known`,
  );
}

function merge(
  pathParams: ReadonlyMap<string, string>,
  given: ReadonlyMap<string, WireValue>,
): Map<string, WireValue> {
  const merged = new Map<string, WireValue>(pathParams);
  for (const [name, value] of given) {
    const fromPath = pathParams.get(name);
    if (fromPath !== undefined && fromPath !== String(value)) {
      throw paramError({
        [name]: "duplicate parameter (already defined in URI) with conflicting values!",
      });
    }
    merged.set(name, value);
  }
  return merged;
}
