import type { Endpoint } from "../../../vendor/pve-docs/types.ts";
import { missing } from "../access/declared.ts";
import { normalizePath } from "../access/paths.ts";
import type { Caller } from "../access/types.ts";
import type { LabError } from "../errors.ts";
import type { LabCore, LabNode, LabRequest } from "../types.ts";
import type { LabParams } from "./params.ts";

/** A request on its way through a handler. */
export class Request implements LabRequest {
  readonly lab: LabCore;
  readonly endpoint: Endpoint;
  readonly params: LabParams;
  readonly caller: Caller;
  readonly node: LabNode;

  constructor(lab: LabCore, endpoint: Endpoint, params: LabParams, caller: Caller, node: LabNode) {
    this.lab = lab;
    this.endpoint = endpoint;
    this.params = params;
    this.caller = caller;
    this.node = node;
  }

  // Handlers take what they need apart, so these must work without `this`.
  readonly check: LabRequest["check"] = (path, privileges) => this.#require(path, privileges, "all");

  readonly checkAny: LabRequest["checkAny"] = (path, privileges) => this.#require(path, privileges, "any");

  readonly may: LabRequest["may"] = (path, privileges, mode = "all") =>
    this.#fault(path, privileges, mode) === undefined;

  readonly checkVm: LabRequest["checkVm"] = (vmid, pool, privileges, mode = "all") => {
    if (pool !== undefined && this.may(`/pool/${pool}`, privileges, mode)) return;
    this.#require(`/vms/${vmid}`, privileges, mode);
  };

  readonly task: LabRequest["task"] = (type, id, worker) =>
    this.lab.tasks.start({ node: this.node.name, type, id: String(id), user: this.caller.id }, worker);

  #require(path: string, privileges: readonly string[], mode: "all" | "any"): void {
    const fault = this.#fault(normalizePath(path), privileges, mode);
    if (fault !== undefined) throw fault;
  }

  /** The code of a release asks for none of the privileges that came later. */
  #fault(path: string | undefined, privileges: readonly string[], mode: "all" | "any"): LabError | undefined {
    const { release, state } = this.lab;
    const known = privileges.filter((name) => release.privileges.has(name));
    if (known.length === 0 && privileges.length > 0) return undefined;
    return missing(state.access, this.caller.id, path, known, mode);
  }
}
