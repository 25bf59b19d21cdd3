import { createHash } from "node:crypto";
import { jest } from "@jest/globals";
import { type ListPage, viewList } from "../../kernel/call/list-view.ts";
import { ToolError } from "../../sdk/errors.ts";
import type { Guest, NodeSummary, PveReader, StorageSummary, Ways } from "../../sdk/reader.ts";
import { type ListResult, resultKind } from "../../sdk/results.ts";
import { snippetVolid } from "../../sdk/snippet-steps.ts";
import type { RestStep, Step } from "../../sdk/steps.ts";
import type { DefinedTool } from "../../sdk/tool.ts";

/** What a fake cluster holds; `answers` are by `GET /path/{template}` (or `POST`, `cli:qm config`), a function gets the parameters. */
export interface FakeCluster {
  readonly guests?: readonly Guest[];
  readonly nodes?: readonly NodeSummary[];
  readonly storages?: readonly StorageSummary[];
  readonly answers?: Readonly<Record<string, unknown>>;
  /** Texts of snippets by `node storage:snippets/name`. */
  readonly snippets?: Readonly<Record<string, string>>;
  /** A token and no SSH where left out. */
  readonly ways?: Ways;
}

/** A stopped VM, changed as given. */
export function fakeVm(parts: Partial<Guest> & { vmid: number }): Guest {
  return {
    kind: "qemu",
    name: `vm${parts.vmid}`,
    node: "pve1",
    status: "stopped",
    template: false,
    tags: [],
    ...parts,
  };
}

/** An online node, changed as given. */
export function fakeNode(node: string, parts: Partial<NodeSummary> = {}): NodeSummary {
  return { node, status: "online", ...parts };
}

/** A reader over a fake cluster; `get` counts its calls. */
export function fakeReader({
  guests = [],
  nodes = [],
  storages = [],
  answers = {},
  snippets = {},
  ways = { rootLogin: false, ssh: false },
}: FakeCluster) {
  const missing = (message: string) => new ToolError({ code: "not_found", message });
  const get = jest.fn(async (path: string, params: unknown = {}) => {
    const answer = answers[`GET ${path}`];
    if (answer === undefined) throw missing(`no answer for ${path}`);
    return typeof answer === "function" ? (answer(params) as unknown) : answer;
  });
  const reader: PveReader = {
    cluster: "test",
    signal: new AbortController().signal,
    ways,
    // The caller names the type it expects, as with the real reader.
    get: get as unknown as PveReader["get"],
    post: (async (path: string, params: unknown = {}) => {
      const answer = answers[`POST ${path}`];
      if (answer === undefined) throw missing(`no POST answer for ${path}`);
      return typeof answer === "function" ? (answer(params) as unknown) : answer;
    }) as unknown as PveReader["post"],
    cli: (async (node: string, command: string, params: unknown = {}) => {
      const answer = answers[`cli:${command}`];
      if (answer === undefined) throw missing(`no answer for ${command} on ${node}`);
      return typeof answer === "function" ? (answer(params) as unknown) : answer;
    }) as unknown as PveReader["cli"],
    snippet: async (place) => {
      const content = snippets[`${place.node} ${snippetVolid(place)}`];
      if (content === undefined) throw missing(`no ${snippetVolid(place)}`);
      const sha256 = createHash("sha256").update(content).digest("hex");
      const size = Buffer.byteLength(content);
      return { path: `/snippets/${place.name}`, size, sha256, text: content, masked: false };
    },
    guest: async (kind, ref) => {
      const found = guests.find((guest) => guest.vmid === ref || guest.name === ref);
      if (found === undefined || (kind !== "any" && found.kind !== kind)) throw missing(`no guest ${ref}`);
      return found;
    },
    node: async (name) => {
      const found = nodes.find(({ node }) => node === name);
      if (found === undefined) throw missing(`no node ${name}`);
      return found;
    },
    inventory: async () => ({ guests, nodes, storages, readAt: 0 }),
    version: async () => ({ release: "9.2", version: "9.2.11", major: 9 }),
  };
  return Object.assign(reader, { calls: get });
}

/** The steps that a change tool plans. */
export async function planOf(
  tool: DefinedTool,
  input: object,
  reader: PveReader,
): Promise<readonly RestStep[]> {
  const steps = await stepsOf(tool, input, reader);
  return steps.map((step) => {
    if (step.via !== "rest") throw new Error(`${tool.name} planned a step of another kind: ${step.via}`);
    return step;
  });
}

/** The same for a tool whose steps may be of any kind. */
export async function stepsOf(tool: DefinedTool, input: object, reader: PveReader): Promise<readonly Step[]> {
  if (tool.plan === undefined) throw new Error(`${tool.name} plans nothing`);
  return tool.plan(input as never, reader);
}

/** What a read tool answers. */
export async function readOf(tool: DefinedTool, input: object, reader: PveReader): Promise<unknown> {
  if (tool.read === undefined) throw new Error(`${tool.name} reads nothing`);
  return tool.read(input as never, reader);
}

/** The page that the kernel makes of a list tool's answer. */
export async function pageOf(tool: DefinedTool, input: object, reader: PveReader): Promise<ListPage> {
  const result = await readOf(tool, input, reader);
  if (resultKind(result) !== "list") throw new Error(`${tool.name} answers no list`);
  return viewList(result as ListResult);
}

/** The code of the error that a promise rejects with. */
export async function codeOf(promise: Promise<unknown>): Promise<string> {
  try {
    await promise;
  } catch (error) {
    if (error instanceof ToolError) return error.code;
    throw error;
  }
  return "no error";
}
