import { ToolError } from "../../sdk/errors.ts";
import type {
  Guest,
  GuestKind,
  Inventory,
  NodeSummary,
  PveReader,
  PveVersion,
  ReadParams,
  Ways,
} from "../../sdk/reader.ts";
import type { SnippetFile, SnippetPlace } from "../../sdk/snippet-steps.ts";
import { useName } from "../../sdk/tool.ts";
import { privilegesText } from "../../vendor/pve-docs/index.ts";
import type { Catalog, Endpoint } from "../../vendor/pve-docs/types.ts";
import type { HostedTool } from "../host/types.ts";
import type { Redactor } from "../secrets/redact.ts";
import type { Settings } from "../settings/types.ts";
import { waysTo } from "../settings/ways.ts";
import { readSnippet } from "../snippets/read.ts";
import type { ClusterAccess } from "../tokens.ts";
import { authorizeDetour } from "./authorize.ts";
import { missingEndpoint } from "./endpoints.ts";
import { readByCommand } from "./read-command.ts";
import { nearest } from "./suggest.ts";
import type { CallContext } from "./types.ts";
import { fromUpstream } from "./upstream-errors.ts";

/** The use of whatever reads or changes snippets. */
const SNIPPETS = "file:snippets";

const usesOf = new WeakMap<HostedTool, ReadonlySet<string>>();

/** True when a tool declared the endpoint, or `any`. */
export function declaresUse(hosted: HostedTool, use: string): boolean {
  let uses = usesOf.get(hosted);
  if (!uses) {
    uses = new Set(hosted.tool.uses.map(useName));
    usesOf.set(hosted, uses);
  }
  return uses.has(use) || uses.has("any");
}

/** What a reader goes by besides the call. */
export interface ReaderParts {
  readonly settings: Pick<Settings, "clusters">;
  readonly redactor: Redactor;
}

/** The read-only client of one call; see {@link PveReader} for what it allows. */
export class CallReader implements PveReader {
  readonly signal: AbortSignal;
  readonly ways: Ways;
  readonly #hosted: HostedTool;
  readonly #access: ClusterAccess;
  readonly #fresh: boolean;
  readonly #subject: string;
  readonly #parts: ReaderParts;

  constructor(
    hosted: HostedTool,
    access: ClusterAccess,
    { signal, subject }: Pick<CallContext, "signal" | "subject">,
    parts: ReaderParts,
  ) {
    this.#hosted = hosted;
    this.#access = access;
    this.signal = signal;
    this.ways = waysTo(parts.settings, access.name);
    this.#parts = parts;
    this.#fresh = hosted.tool.plan !== undefined;
    this.#subject = subject;
  }

  /** Who makes the call that this client serves; undefined for any other object. */
  static subjectOf(pve: object): string | undefined {
    return #subject in pve ? pve.#subject : undefined;
  }

  get cluster(): string {
    return this.#access.name;
  }

  get<T = unknown>(path: string, params: ReadParams = {}): Promise<T> {
    return this.#read("GET", path, params);
  }

  post<T = unknown>(path: string, params: ReadParams = {}): Promise<T> {
    return this.#read("POST", path, params);
  }

  async cli<T = unknown>(node: string, command: string, params: ReadParams = {}): Promise<T> {
    const use = `cli:${command}`;
    if (!declaresUse(this.#hosted, use)) throw undeclared(this.#hosted, use);
    authorizeDetour(this.#hosted, "cli");
    const catalog = await this.#upstream(use, () => this.#access.catalog());
    const parts = { access: this.#access, catalog, isRootLogin: this.ways.rootLogin, signal: this.signal };
    const answer = await readByCommand({ node, command, params }, parts);
    // The caller names what it expects, as with GET.
    return answer as T;
  }

  async snippet(place: SnippetPlace): Promise<SnippetFile> {
    if (!declaresUse(this.#hosted, SNIPPETS)) throw undeclared(this.#hosted, SNIPPETS);
    authorizeDetour(this.#hosted, "file");
    const catalog = await this.#upstream(SNIPPETS, () => this.#access.catalog());
    const { redactor } = this.#parts;
    return await readSnippet(place, { cluster: this.#access, catalog, signal: this.signal, redactor });
  }

  guest(kind: GuestKind | "any", ref: number | string): Promise<Guest> {
    const options = { fresh: this.#fresh, signal: this.signal };
    return this.#upstream("Looking up the guest", () => this.#access.inventory.guest(kind, ref, options));
  }

  async node(name: string): Promise<NodeSummary> {
    const { nodes } = await this.inventory();
    const found = nodes.find(({ node }) => node === name);
    if (found) return found;
    const names = nodes.map(({ node }) => node);
    const near = nearest(name, names);
    throw new ToolError({
      code: "not_found",
      message: `The cluster ${this.cluster} has no node ${JSON.stringify(name)}.`,
      next: `Use one of ${(near.length > 0 ? near : names).join(", ")}.`,
      details: { nodes: names },
    });
  }

  inventory(): Promise<Inventory> {
    return this.#upstream("Reading the inventory", () =>
      this.#access.inventory.read({ signal: this.signal }),
    );
  }

  version(): Promise<PveVersion> {
    return this.#upstream("Reading the version", () => this.#access.version());
  }

  async #read<T>(method: "GET" | "POST", path: string, params: ReadParams): Promise<T> {
    const key = `${method} ${path}`;
    if (!declaresUse(this.#hosted, key)) throw undeclared(this.#hosted, key);
    const catalog = await this.#upstream(key, () => this.#access.catalog());
    const endpoint = await this.#checked(catalog, key, params);
    const needs = (): string => privilegesText(catalog.privileges(endpoint, params));
    return this.#upstream(
      key,
      () => this.#access.rest.read<T>({ endpoint, params, signal: this.signal }),
      needs,
    );
  }

  async #checked(catalog: Catalog, key: string, params: ReadParams): Promise<Endpoint> {
    const endpoint = catalog.endpoint(key);
    if (!endpoint) throw await missingEndpoint(key, catalog);
    if (endpoint.method !== "GET" && catalog.risk(endpoint, params) !== "read")
      throw notARead(this.#hosted, key);
    const faults = catalog.check(endpoint, params);
    if (faults.length === 0) return endpoint;
    throw new ToolError({
      code: "invalid_input",
      message: `${key} cannot be asked with these parameters. ${faults
        .map(({ param, message }) => `${param}: ${message.trim()}`)
        .join("; ")}.`,
      next: "Correct them and call again.",
      details: { faults },
    });
  }

  async #upstream<T>(what: string, ask: () => Promise<T>, needs?: () => string): Promise<T> {
    try {
      return await ask();
    } catch (error) {
      throw fromUpstream(error, { what, needs, signal: this.signal });
    }
  }
}

function undeclared(hosted: HostedTool, key: string): ToolError {
  return new ToolError({
    code: "invalid_plan",
    message: `${hosted.tool.name} reads ${key}, which is not among its declared uses.`,
    next: `The author of the plugin ${hosted.plugin} has to add "${key}" to the tool's uses.`,
  });
}

function notARead(hosted: HostedTool, key: string): ToolError {
  return new ToolError({
    code: "invalid_plan",
    message: `${hosted.tool.name} reads with ${key}, which can change something.`,
    next: `The author of the plugin ${hosted.plugin} has to plan it as a step instead.`,
  });
}
