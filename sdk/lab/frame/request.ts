import type { Endpoint } from "../../../vendor/pve-docs/types.ts";
import { missing } from "../access/declared.ts";
import { normalizePath } from "../access/paths.ts";
import type { Caller } from "../access/types.ts";
import type { LabCore, LabNode, LabRequest, TaskWorker } from "../types.ts";
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

  check(path: string, privileges: readonly string[]): void {
    this.#require(path, privileges, "all");
  }

  checkAny(path: string, privileges: readonly string[]): void {
    this.#require(path, privileges, "any");
  }

  may(path: string, privileges: readonly string[], mode: "all" | "any" = "all"): boolean {
    return missing(this.lab.state.access, this.caller.id, path, privileges, mode) === undefined;
  }

  checkVm(
    vmid: number,
    pool: string | undefined,
    privileges: readonly string[],
    mode: "all" | "any" = "all",
  ): void {
    if (pool !== undefined && this.may(`/pool/${pool}`, privileges, mode)) return;
    this.#require(`/vms/${vmid}`, privileges, mode);
  }

  task(type: string, id: string | number, worker: TaskWorker): string {
    return this.lab.tasks.start({ node: this.node.name, type, id: String(id), user: this.caller.id }, worker);
  }

  #require(path: string, privileges: readonly string[], mode: "all" | "any"): void {
    const fault = missing(this.lab.state.access, this.caller.id, normalizePath(path), privileges, mode);
    if (fault !== undefined) throw fault;
  }
}
