import type { Lab } from "../../lab/index.ts";
import { type Grant, type NotedRequest, nameOfGrant } from "./computed-role.ts";

/** What the cluster saw of one call. */
export interface CallNotes {
  readonly requests: readonly NotedRequest[];
  /** Requests refused for want of a privilege, with the reason. */
  readonly refusals: readonly string[];
}

/** Looks over the lab's shoulder while it serves calls, from the lab's beginning until it begins anew. */
export class CallWatch {
  #requests: NotedRequest[] = [];
  #refusals: string[] = [];
  #asked = new Map<string, Pick<Grant, "path" | "privilege">>();

  constructor(lab: Lab) {
    const { access } = lab.state;
    const permissions = access.permissions.bind(access);
    access.permissions = (id, path) => {
      const held = new Map(permissions(id, path));
      const has = held.has.bind(held);
      held.has = (privilege) => {
        this.#asked.set(nameOfGrant({ path, privilege }), { path, privilege });
        return has(privilege);
      };
      return held;
    };
    lab.onCall = ({ key, params, refusal }) => {
      if (key === undefined) return;
      this.#requests.push({ key, params, asked: this.#asked });
      this.#asked = new Map();
      if (refusal !== undefined && /permission/i.test(refusal))
        this.#refusals.push(`${key}: ${refusal.trim()}`);
    };
  }

  /** What has been seen since it was last asked for. */
  take(): CallNotes {
    const notes = { requests: this.#requests, refusals: this.#refusals };
    this.#requests = [];
    this.#refusals = [];
    this.#asked = new Map();
    return notes;
  }
}
